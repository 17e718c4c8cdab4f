import { useMutation } from '@tanstack/react-query';
import { type FormEvent, Suspense, lazy, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { createStory } from '@/api/commands';
import { fieldMessages, isStatus } from '@/api/errors';
import type { Legacy } from '@/api/types';
import { Button, ButtonLink } from '@/components/Button/Button';
import { TextField } from '@/components/Field/Field';
import { PageTitle } from '@/components/Page/Page';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import type { DocumentNode } from '@/components/StoryContent/StoryContent';
import { Trouble } from '@/scenes/Shell/Trouble';
import { Door } from '@/scenes/SignIn/Door';
import styles from '@/scenes/SignIn/Door.module.css';
import { Steps } from './Steps';

const StoryEditor = lazy(() => import('@/editor/StoryEditor'));
const prompts = ['prompt1', 'prompt2', 'prompt3'] as const;

export function FirstStory({ legacy }: { legacy: Legacy }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const [content, setContent] = useState<DocumentNode | null>(null);
  const keeping = useMutation({
    mutationFn: createStory,
    onSuccess: ({ value }) =>
      navigate(`/stories/${value.id}`, { replace: true, state: { saved: true } }),
  });
  const wrong = fieldMessages(keeping.error, ['title', 'content']);

  function submit(event: FormEvent) {
    event.preventDefault();
    keeping.mutate({
      legacy_id: legacy.id,
      title: title.trim(),
      ...(content ? { content: content as { type: 'doc'; content: DocumentNode[] } } : {}),
      language: legacy.language,
      status: 'published',
    });
  }

  return (
    <Door>
      <Steps now={3} />
      <PageTitle key="story" name={t('setup.titleStory')} className={styles.title}>
        {t('setup.titleStory')}
      </PageTitle>
      <p className={styles.lead}>{t('setup.leadStory')}</p>
      <details>
        <summary>{t('setup.prompts')}</summary>
        <ul>
          {prompts.map((prompt) => (
            <li key={prompt}>{t(`setup.${prompt}`)}</li>
          ))}
        </ul>
      </details>
      {keeping.isError && !isStatus(keeping.error, 422) && <Trouble error={keeping.error} />}
      <form onSubmit={submit} className={styles.form}>
        <TextField
          label={t('setup.storyTitle')}
          error={wrong.at.title}
          placeholder={t('setup.storyTitlePlaceholder')}
          required
          autoFocus
          maxLength={300}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <Suspense fallback={<Skeleton shape="form" />}>
          <StoryEditor
            initial={null}
            label={t('setup.story')}
            placeholder={t('setup.storyPlaceholder')}
            lang={legacy.language}
            error={wrong.at.content}
            onChange={setContent}
          />
        </Suspense>
        <div className={styles.actions}>
          <Button look="primary" type="submit" busy={keeping.isPending}>
            {t('setup.keep')}
          </Button>
          <ButtonLink look="quiet" to={`/legacies/${legacy.id}`}>
            {t('setup.later')}
          </ButtonLink>
        </div>
      </form>
    </Door>
  );
}
