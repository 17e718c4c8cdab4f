import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { edtfToWords } from '@/i18n/edtf';
import styles from './StoryList.module.css';

export interface StoryLine {
  id: string;
  title: string;
  author: string;
  language: string;
  happened_at: string | null;
  status?: 'draft' | 'published' | 'archived';
}

/** Stories as the contents page of a book: when, what, a few words. */
export function StoryList<T extends StoryLine>({
  stories,
  level = 3,
  children,
}: {
  stories: readonly T[];
  level?: 2 | 3;
  /** The words under a title: an excerpt, or the passage that was found. */
  children: (story: T) => ReactNode;
}) {
  const { t } = useTranslation();
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <ol role="list" className={styles.list}>
      {stories.map((story) => (
        <li key={story.id} className={styles.item}>
          <p className={styles.when}>{story.happened_at && edtfToWords(story.happened_at)}</p>
          <div className={styles.what}>
            <Heading className={styles.title} lang={story.language}>
              <Link to={`/stories/${story.id}`}>{story.title}</Link>
              {story.status && story.status !== 'published' && (
                <span className={styles.state}>{t(`story.${story.status}`)}</span>
              )}
            </Heading>
            <p className={styles.words} lang={story.language}>
              {children(story)}
            </p>
            <p className={styles.who}>{t('story.toldBy', { author: story.author })}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}
