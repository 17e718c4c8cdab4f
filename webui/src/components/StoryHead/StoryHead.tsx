import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { edtfToWords } from '@/i18n/edtf';
import styles from './StoryHead.module.css';

/** The opening of a story: when and where, its title, who tells it. */
export function StoryHead({
  happenedAt,
  place,
  author,
  state,
  title,
}: {
  happenedAt: string | null;
  place: string | null;
  author: string;
  state?: 'draft' | 'archived' | undefined;
  title: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <header className={styles.head}>
      {(happenedAt || place) && (
        <p className={styles.when}>
          {happenedAt && <span>{edtfToWords(happenedAt)}</span>}
          {happenedAt && place && <span aria-hidden> · </span>}
          {place && <span>{place}</span>}
        </p>
      )}
      {title}
      <p className={styles.who}>{t('story.toldBy', { author })}</p>
      {state && <p className={styles.state}>{t(`story.${state}Note`)}</p>}
    </header>
  );
}
