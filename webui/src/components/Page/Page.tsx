import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import styles from './Page.module.css';

// The history entry that this page load began with; a reload keeps the key it had.
const loadedKey = (window.history.state as { key?: string } | null)?.key ?? 'default';

/** The paper a screen is written on. `narrow` for forms and reading. */
export function Page({ narrow, children }: { narrow?: boolean; children: ReactNode }) {
  return <div className={narrow ? `${styles.page} ${styles.narrow}` : styles.page}>{children}</div>;
}

/**
 * A screen's one h1. Names the window, and takes the focus when a link led here, so that a screen
 * reader starts at the top. `hidden` when the sight of the page says it already.
 */
export function PageTitle({
  children,
  name,
  hidden,
  className,
  lang,
}: {
  children: ReactNode;
  /** Plain text for the window's title. */
  name: string;
  hidden?: boolean;
  className?: string;
  lang?: string;
}) {
  const { t } = useTranslation();
  const { key, pathname } = useLocation();
  const heading = useRef<HTMLHeadingElement>(null);
  const arrivedByLink = key !== loadedKey;

  useEffect(() => {
    document.title = name === t('app.name') ? name : `${name} · ${t('app.name')}`;
  }, [name, t]);

  useEffect(() => {
    // A field that asked for the focus keeps it.
    const active = document.activeElement;
    const taken = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement;
    if (arrivedByLink && !taken) heading.current?.focus({ preventScroll: true });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each place, not for each change of the query string
  }, [pathname]);

  return (
    <h1
      ref={heading}
      tabIndex={-1}
      lang={lang}
      className={hidden ? 'visually-hidden' : (className ?? styles.title)}
    >
      {children}
    </h1>
  );
}
