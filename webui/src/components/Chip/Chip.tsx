import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import styles from './Chip.module.css';

export function ChipLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Link to={to} className={`${styles.chip} ${styles.link}`}>
      {children}
    </Link>
  );
}

/** A chip that goes away by its button. */
export function RemovableChip({
  children,
  removeLabel,
  onRemove,
}: {
  children: ReactNode;
  removeLabel: string;
  onRemove: () => void;
}) {
  return (
    <span className={styles.chip}>
      <span className={styles.text}>{children}</span>
      <button type="button" className={styles.remove} aria-label={removeLabel} onClick={onRemove}>
        <X strokeWidth={1.75} aria-hidden />
      </button>
    </span>
  );
}
