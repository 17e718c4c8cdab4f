import { useTranslation } from 'react-i18next';
import { useRevalidator, useRouteError } from 'react-router';
import { ApiError, NetworkError } from '@/api/errors';
import { Button, ButtonLink } from '@/components/Button/Button';
import { Page, PageTitle } from '@/components/Page/Page';
import { Problem } from '@/components/Problem/Problem';
import styles from './Shell.module.css';

/** Words for what went wrong, for whoever is reading. */
export function useTroubleWords(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (error instanceof NetworkError) return t('problem.network');
    if (!(error instanceof ApiError)) return t('problem.unknown');
    if (error.status === 503) return t('problem.busy');
    if (error.status >= 500) return t('problem.server');
    if (error.status === 403) return error.problem.detail ?? t('problem.forbidden');
    return error.problem.detail ?? error.problem.title ?? t('problem.unknown');
  };
}

/** In place of what could not be read; a 404 is the caller's page to word. */
export function Trouble({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const words = useTroubleWords();
  return (
    <Problem
      message={words(error)}
      requestId={error instanceof ApiError ? error.requestId : undefined}
      onRetry={onRetry}
    />
  );
}

/** The boundary of every route: the frame around it stays. */
export function RouteTrouble() {
  const { t } = useTranslation();
  const error = useRouteError();
  const { revalidate } = useRevalidator();
  if (error instanceof ApiError || error instanceof NetworkError) {
    return (
      <Page narrow>
        <PageTitle name={t('problem.title')} hidden>
          {t('problem.title')}
        </PageTitle>
        <Trouble error={error} onRetry={() => void revalidate()} />
      </Page>
    );
  }
  return (
    <Page narrow>
      <PageTitle name={t('problem.crashTitle')}>{t('problem.crashTitle')}</PageTitle>
      <p className={styles.words}>{t('problem.crash')}</p>
      <div className={styles.actions}>
        <Button look="primary" onClick={() => window.location.reload()}>
          {t('problem.reload')}
        </Button>
        <ButtonLink to="/">{t('problem.home')}</ButtonLink>
      </div>
    </Page>
  );
}
