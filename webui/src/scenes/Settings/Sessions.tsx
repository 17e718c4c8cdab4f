import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Monitor, Smartphone } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { endOtherSessions, endSession, sessionsQuery } from '@/api/account';
import type { Session } from '@/api/types';
import { Button } from '@/components/Button/Button';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { minuteOf } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import { browserOf } from './browser';
import styles from './Settings.module.css';

export function Sessions() {
  const { t } = useTranslation();
  const sessions = useInfiniteQuery(sessionsQuery);
  const items = sessions.data?.pages.flatMap((page) => page.items) ?? [];
  const others = items.filter(({ current }) => !current);
  const ending = useMutation({ mutationFn: endOtherSessions });
  return (
    <section aria-labelledby="sessions" className={styles.section}>
      <h2 id="sessions">{t('settings.sessions')}</h2>
      <p className={styles.lead}>{t('settings.sessionsLead')}</p>
      {sessions.isPending && <Skeleton shape="form" />}
      {sessions.isError && (
        <Trouble error={sessions.error} onRetry={() => void sessions.refetch()} />
      )}
      <ul role="list" className={styles.list}>
        {items.map((session) => (
          <SessionLine key={session.id} session={session} />
        ))}
      </ul>
      {sessions.hasNextPage && (
        <Button busy={sessions.isFetchingNextPage} onClick={() => void sessions.fetchNextPage()}>
          {t('app.loadMore')}
        </Button>
      )}
      {others.length > 0 && (
        <Button busy={ending.isPending} onClick={() => ending.mutate()}>
          {t('settings.endOthers')}
        </Button>
      )}
      {ending.isError && <Trouble error={ending.error} />}
    </section>
  );
}

function SessionLine({ session }: { session: Session }) {
  const { t } = useTranslation();
  const ending = useMutation({ mutationFn: () => endSession(session.id) });
  const { name, system, mobile } = browserOf(session.user_agent);
  const Icon = mobile ? Smartphone : Monitor;
  const title =
    name && system
      ? t('settings.browserOn', { name, system })
      : name || system || t('settings.browserUnknown');
  return (
    <li className={styles.line}>
      <Icon strokeWidth={1.5} aria-hidden className={styles.icon} />
      <div className={styles.what}>
        <strong>{title}</strong>
        <span className={styles.small}>
          {session.current
            ? t('settings.sessionHere')
            : t('settings.sessionUsed', { when: minuteOf(session.last_used_at) })}
        </span>
      </div>
      {!session.current && (
        <Button
          look="quiet"
          busy={ending.isPending}
          aria-label={t('settings.endNamed', { name: title })}
          onClick={() => ending.mutate()}
        >
          {t('settings.end')}
        </Button>
      )}
      {ending.isError && <Trouble error={ending.error} />}
    </li>
  );
}
