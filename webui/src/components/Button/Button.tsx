import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link, type LinkProps } from 'react-router';
import styles from './Button.module.css';

type Look = 'primary' | 'plain' | 'quiet' | 'danger';

function classOf(look: Look, extra?: string): string {
  return [styles.button, styles[look], extra].filter(Boolean).join(' ');
}

interface Shared {
  look?: Look;
  icon?: ReactNode;
}

export function Button({
  look = 'plain',
  icon,
  busy,
  children,
  className,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & Shared & { busy?: boolean }) {
  // A busy button keeps the focus, so it is told off, not disabled.
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
      className={classOf(look, className)}
    >
      {icon}
      {children}
    </button>
  );
}

export function ButtonLink({
  look = 'plain',
  icon,
  children,
  className,
  ...rest
}: LinkProps & Shared) {
  return (
    <Link {...rest} className={classOf(look, className)}>
      {icon}
      {children}
    </Link>
  );
}
