import { RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button/Button';
import { Notice } from '@/components/Notice/Notice';
import styles from './Problem.module.css';

/** What happened, what is safe, what to do; and the number to tell somebody who can look. */
export function Problem({
  message,
  requestId,
  onRetry,
}: {
  message: string;
  requestId?: string | undefined;
  onRetry?: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  return (
    <Notice
      kind="alert"
      tone="danger"
      actions={
        onRetry && (
          <Button icon={<RotateCw strokeWidth={1.75} aria-hidden />} onClick={onRetry}>
            {t('problem.retry')}
          </Button>
        )
      }
    >
      <strong>{t('problem.title')}</strong>
      <p>{message}</p>
      {requestId && <p className={styles.request}>{t('app.requestId', { id: requestId })}</p>}
    </Notice>
  );
}
