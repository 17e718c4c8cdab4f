import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, ButtonLink } from '@/components/Button/Button';
import { EmptyState } from '@/components/EmptyState/EmptyState';
import { Notice } from '@/components/Notice/Notice';
import { Page, PageTitle } from '@/components/Page/Page';
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

/** Not there, or not for you: the two look alike. */
export function NotHere({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Page narrow>
      <PageTitle name={t('problem.notFoundTitle')} hidden>
        {t('problem.notFoundTitle')}
      </PageTitle>
      <EmptyState
        drawing="door"
        title={t('problem.notFoundTitle')}
        action={<ButtonLink to="/">{t('problem.home')}</ButtonLink>}
      >
        {children ?? t('problem.notFound')}
      </EmptyState>
    </Page>
  );
}
