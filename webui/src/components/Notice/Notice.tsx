import type { ReactNode } from 'react';
import styles from './Notice.module.css';

/** A line that matters now. `alert` is read out at once, `status` when there is a pause. */
export function Notice({
  kind = 'status',
  tone = 'plain',
  children,
  actions,
}: {
  kind?: 'status' | 'alert';
  tone?: 'plain' | 'danger' | 'good';
  children: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div role={kind} className={`${styles.notice} ${styles[tone]}`}>
      <div className={styles.text}>{children}</div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
