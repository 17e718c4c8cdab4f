import { AlertDialog } from '@base-ui/react/alert-dialog';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import styles from './Dialog.module.css';

/** A question that must be answered. `actions` come last and hold the answers. */
export function Question({
  open,
  title,
  children,
  actions,
  onClose,
}: {
  open: boolean;
  title: string;
  children: ReactNode;
  actions: ReactNode;
  onClose: () => void;
}) {
  return (
    <CSPProvider disableStyleElements>
      <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
        <AlertDialog.Portal>
          <AlertDialog.Backdrop className={styles.veil} />
          <AlertDialog.Popup className={styles.sheet}>
            <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
            <AlertDialog.Description className={styles.text} render={<div />}>
              {children}
            </AlertDialog.Description>
            <div className={styles.actions}>{actions}</div>
          </AlertDialog.Popup>
        </AlertDialog.Portal>
      </AlertDialog.Root>
    </CSPProvider>
  );
}

/** Something to look at above the page, closed by Escape or a click beside it. */
export function Sheet({
  open,
  title,
  children,
  actions,
  wide,
  onClose,
}: {
  open: boolean;
  title: string;
  children: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
  onClose: () => void;
}) {
  return (
    <CSPProvider disableStyleElements>
      <BaseDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
        <BaseDialog.Portal>
          <BaseDialog.Backdrop className={styles.veil} />
          <BaseDialog.Popup className={wide ? `${styles.sheet} ${styles.wide}` : styles.sheet}>
            <BaseDialog.Title className={styles.title}>{title}</BaseDialog.Title>
            {wide ? (
              // Long enough to scroll: the keyboard must be able to.
              // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
              <div className={styles.body} role="group" aria-label={title} tabIndex={0}>
                {children}
              </div>
            ) : (
              <div className={styles.body}>{children}</div>
            )}
            {actions && <div className={styles.actions}>{actions}</div>}
          </BaseDialog.Popup>
        </BaseDialog.Portal>
      </BaseDialog.Root>
    </CSPProvider>
  );
}
