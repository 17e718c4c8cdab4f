import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowLeft, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { freshStory, restoreRevision } from '@/api/commands';
import { isStatus } from '@/api/errors';
import { revisionQuery, storyQuery } from '@/api/queries';
import { Button, ButtonLink } from '@/components/Button/Button';
import { Notice } from '@/components/Notice/Notice';
import { Page, PageTitle } from '@/components/Page/Page';
import { NotHere } from '@/components/NotHere/NotHere';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { type DocumentNode, StoryContent } from '@/components/StoryContent/StoryContent';
import { StoryHead } from '@/components/StoryHead/StoryHead';
import { minuteOf } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import { Changes } from './Changes';
import styles from './Revisions.module.css';

export function RevisionReader() {
  const { t } = useTranslation();
  const { id = '', n = '' } = useParams();
  const navigate = useNavigate();
  const number = /^[1-9]\d{0,8}$/.test(n) ? Number(n) : 0;
  const story = useQuery(storyQuery(id));
  const revision = useQuery({ ...revisionQuery(id, number), enabled: number > 0 });
  const restoring = useMutation({
    mutationFn: (etag: string) => restoreRevision(id, number, etag),
    onSuccess: () =>
      navigate(`/stories/${id}/revisions`, { replace: true, state: { restored: number } }),
    // Show what moved, so that the next try is made knowing it.
    onError: (error) => {
      if (isStatus(error, 412)) void freshStory(id);
    },
  });
  const error = story.error ?? revision.error;
  if (number === 0 || isStatus(error, 404, 422)) return <NotHere>{t('revisions.gone')}</NotHere>;
  if (error) {
    return (
      <Page narrow>
        <Trouble
          error={error}
          onRetry={() => void Promise.all([story.refetch(), revision.refetch()])}
        />
      </Page>
    );
  }
  const then = revision.data;
  const now = story.data;
  if (!then || !now) {
    return (
      <Page>
        <Skeleton shape="story" />
      </Page>
    );
  }
  const mayRestore = now.value.may.includes('edit') && now.value.revision !== number;
  return (
    <Page>
      <div className={styles.reader}>
        <div className={styles.bar}>
          <ButtonLink
            look="quiet"
            to={`/stories/${id}/revisions`}
            icon={<ArrowLeft strokeWidth={1.75} aria-hidden />}
          >
            {t('revisions.all')}
          </ButtonLink>
          <p>
            {t('revisions.reading', {
              number,
              when: minuteOf(then.created_at),
              author: then.author,
            })}
          </p>
          {then.note && <p className={styles.note}>{then.note}</p>}
          {now.value.revision === number && <p className={styles.now}>{t('revisions.current')}</p>}
          {mayRestore && (
            <div className={styles.restore}>
              <Button
                look="primary"
                icon={<RotateCcw strokeWidth={1.75} aria-hidden />}
                busy={restoring.isPending}
                onClick={() => restoring.mutate(now.etag)}
              >
                {t('revisions.restore')}
              </Button>
              <p className={styles.small}>{t('revisions.restoreHint')}</p>
            </div>
          )}
          {isStatus(restoring.error, 412) && (
            <Notice
              kind="alert"
              tone="danger"
              actions={<ButtonLink to={`/stories/${id}`}>{t('revisions.backToStory')}</ButtonLink>}
            >
              {t('revisions.changed')}
            </Notice>
          )}
          {restoring.isError && !isStatus(restoring.error, 412) && (
            <Trouble error={restoring.error} />
          )}
        </div>
        <article>
          <StoryHead
            happenedAt={then.happened_at}
            place={then.place}
            author={then.story_author}
            title={
              <PageTitle name={then.title} className={styles.storyTitle} lang={then.language}>
                {then.title}
              </PageTitle>
            }
          />
          <StoryContent
            document={then.content as unknown as DocumentNode}
            lang={then.language}
            opening
          />
        </article>
        {number > 1 && <ChangesFold id={id} number={number} lang={then.language} />}
        <details className={styles.seal}>
          <summary>{t('revisions.seal')}</summary>
          <code>{then.digest}</code>
        </details>
      </div>
    </Page>
  );
}

// Asked for only when somebody wants to see it.
function ChangesFold({ id, number, lang }: { id: string; number: number; lang: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <details
      className={styles.fold}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{t('revisions.changes')}</summary>
      {open && <Changes id={id} number={number} lang={lang} />}
    </details>
  );
}
