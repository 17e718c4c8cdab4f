import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { isStatus } from '@/api/errors';
import { legacyQuery, meQuery, storyQuery } from '@/api/queries';
import { ButtonLink } from '@/components/Button/Button';
import { EmptyState } from '@/components/EmptyState/EmptyState';
import { Page, PageTitle } from '@/components/Page/Page';
import { NotHere } from '@/components/NotHere/NotHere';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { Trouble } from '@/scenes/Shell/Trouble';
import { Desk } from './Desk';

export function NewStory() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const me = useQuery(meQuery);
  const legacy = useQuery(legacyQuery(id));
  const [round, setRound] = useState(0);
  if (isStatus(legacy.error, 404, 422)) return <NotHere>{t('legacy.gone')}</NotHere>;
  if (!legacy.data || !me.data) {
    return <Waiting error={legacy.error} onRetry={() => void legacy.refetch()} />;
  }
  if (legacy.data.value.role === 'viewer') {
    return <ReadOnly to={`/legacies/${id}`} words={t('editor.noWriteHere')} />;
  }
  return (
    <Desk
      key={`${id} ${round}`}
      me={me.data}
      legacy={legacy.data.value}
      story={null}
      onStartOver={() => setRound(round + 1)}
    />
  );
}

export function EditStory() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const me = useQuery(meQuery);
  // Always as it is now: an old copy would end in a conflict with oneself.
  const story = useQuery({
    ...storyQuery(id),
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
  });
  const legacyId = story.data?.value.legacy_id ?? '';
  const legacy = useQuery({ ...legacyQuery(legacyId), enabled: legacyId !== '' });
  const [ready, setReady] = useState(false);
  const [round, setRound] = useState(0);
  if (story.isFetchedAfterMount && !ready) setReady(true);
  const error = story.error ?? legacy.error;
  if (isStatus(error, 404, 422)) return <NotHere>{t('story.gone')}</NotHere>;
  if (!ready || !story.data || !legacy.data || !me.data) {
    return (
      <Waiting
        error={error}
        onRetry={() => void Promise.all([story.refetch(), legacy.refetch()])}
      />
    );
  }
  if (!story.data.value.may.includes('edit')) {
    return <ReadOnly to={`/stories/${id}`} words={t('editor.noWrite')} />;
  }
  return (
    <Desk
      key={`${id} ${round}`}
      me={me.data}
      legacy={legacy.data.value}
      story={story.data}
      onStartOver={() => {
        void story.refetch().then(() => setRound(round + 1));
      }}
    />
  );
}

function Waiting({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <Page>{error ? <Trouble error={error} onRetry={onRetry} /> : <Skeleton shape="story" />}</Page>
  );
}

function ReadOnly({ to, words }: { to: string; words: string }) {
  const { t } = useTranslation();
  return (
    <Page narrow>
      <PageTitle name={t('editor.titleEdit')} hidden>
        {t('editor.titleEdit')}
      </PageTitle>
      <EmptyState
        drawing="door"
        title={t('problem.forbidden')}
        action={<ButtonLink to={to}>{t('app.back')}</ButtonLink>}
      >
        {words}
      </EmptyState>
    </Page>
  );
}
