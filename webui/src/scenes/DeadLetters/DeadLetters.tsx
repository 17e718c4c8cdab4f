import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { RotateCcw } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { deadLettersQuery, redrive } from '@/api/deadLetters';
import { isStatus } from '@/api/errors';
import { meQuery } from '@/api/queries';
import type { DeadLetter } from '@/api/types';
import { Button, ButtonLink } from '@/components/Button/Button';
import { EmptyState } from '@/components/EmptyState/EmptyState';
import { Notice } from '@/components/Notice/Notice';
import { Page, PageTitle } from '@/components/Page/Page';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { minuteOf } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import styles from './DeadLetters.module.css';
import { placeOf, wordsOf } from './letter';

/** What became of a letter that was given again. */
type Outcome = { name: string; known: boolean };

/** For admins: what could not be handed on, why, and another try. */
export function Component() {
  const { t } = useTranslation();
  const { data: me } = useQuery(meQuery);
  const admin = me?.user.role === 'admin';
  const letters = useInfiniteQuery({ ...deadLettersQuery, enabled: admin });
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const items = letters.data?.pages.flatMap((page) => page.items) ?? [];
  const refused = (me && !admin) || isStatus(letters.error, 403);
  return (
    <Page narrow>
      <PageTitle name={t('deadLetters.title')}>{t('deadLetters.title')}</PageTitle>
      {refused ? (
        <EmptyState
          drawing="door"
          title={t('deadLetters.refusedTitle')}
          action={<ButtonLink to="/">{t('problem.home')}</ButtonLink>}
        >
          {t('deadLetters.refused')}
        </EmptyState>
      ) : (
        <>
          <p className={styles.lead}>{t('deadLetters.lead')}</p>
          {outcome && <Said outcome={outcome} />}
          {letters.isError && (
            <Trouble error={letters.error} onRetry={() => void letters.refetch()} />
          )}
          {letters.isPending && <Skeleton shape="list" />}
          {letters.isSuccess && items.length === 0 && (
            <EmptyState drawing="page" title={t('deadLetters.emptyTitle')}>
              {t('deadLetters.empty')}
            </EmptyState>
          )}
          <ul role="list" className={styles.list}>
            {items.map((letter) => (
              <Letter key={letter.id} letter={letter} onSettled={setOutcome} />
            ))}
          </ul>
          {letters.hasNextPage && (
            <Button busy={letters.isFetchingNextPage} onClick={() => void letters.fetchNextPage()}>
              {t('app.loadMore')}
            </Button>
          )}
        </>
      )}
    </Page>
  );
}

/** Takes the focus: the button that was pressed is gone with its line. */
function Said({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation();
  const whole = useRef<HTMLDivElement>(null);
  useEffect(() => whole.current?.focus(), [outcome]);
  return (
    <div ref={whole} tabIndex={-1} className={styles.said}>
      <Notice tone={outcome.known ? 'good' : 'plain'}>
        {t(outcome.known ? 'deadLetters.underWay' : 'deadLetters.gone', { name: outcome.name })}
      </Notice>
    </div>
  );
}

function Letter({
  letter,
  onSettled,
}: {
  letter: DeadLetter;
  onSettled: (outcome: Outcome) => void;
}) {
  const { t } = useTranslation();
  const name = wordsOf(letter.type);
  const trying = useMutation({
    mutationFn: () => redrive(letter.id),
    onSuccess: () => onSettled({ name, known: true }),
    onError: (error) => {
      if (isStatus(error, 404)) onSettled({ name, known: false });
    },
  });
  const place = placeOf(letter);
  return (
    <li className={styles.item}>
      <h2 className={styles.name}>{name}</h2>
      <p className={styles.reason}>{letter.reason}</p>
      <p className={styles.small}>
        {t('deadLetters.givenUp', { consumer: letter.consumer, when: minuteOf(letter.failed_at) })}
        {' · '}
        {t('deadLetters.attempts', { count: letter.attempts })}
      </p>
      <details className={styles.details}>
        <summary aria-label={t('deadLetters.detailsNamed', { name, id: letter.id })}>
          {t('deadLetters.details')}
        </summary>
        <dl className={styles.facts}>
          <dt>{t('deadLetters.type')}</dt>
          <dd>{letter.type}</dd>
          <dt>{t('deadLetters.subject')}</dt>
          <dd>{place ? <Link to={place}>{letter.subject}</Link> : letter.subject}</dd>
          {letter.legacy_id && letter.legacy_id !== letter.subject && (
            <>
              <dt>{t('deadLetters.legacy')}</dt>
              <dd>
                <Link to={`/legacies/${letter.legacy_id}`}>{letter.legacy_id}</Link>
              </dd>
            </>
          )}
          <dt>{t('deadLetters.happened')}</dt>
          <dd>{minuteOf(letter.happened_at)}</dd>
          <dt>{t('deadLetters.version')}</dt>
          <dd>{letter.version}</dd>
          <dt>{t('deadLetters.position')}</dt>
          <dd>{letter.position}</dd>
          <dt>{t('deadLetters.id')}</dt>
          <dd>{letter.id}</dd>
        </dl>
      </details>
      <div className={styles.actions}>
        <Button
          icon={<RotateCcw strokeWidth={1.75} aria-hidden />}
          busy={trying.isPending}
          aria-label={t('deadLetters.retryNamed', { name, id: letter.id })}
          onClick={() => trying.mutate()}
        >
          {t('deadLetters.retry')}
        </Button>
      </div>
      {trying.isError && !isStatus(trying.error, 404) && <Trouble error={trying.error} />}
    </li>
  );
}
