import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { diffQuery } from '@/api/queries';
import type { RevisionDiff } from '@/api/types';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { Trouble } from '@/scenes/Shell/Trouble';
import styles from './Revisions.module.css';

/** Word by word, what a version changed. Added and removed differ by more than colour. */
export function Changes({ id, number, lang }: { id: string; number: number; lang: string }) {
  const { t } = useTranslation();
  const diff = useQuery(diffQuery(id, number));
  if (diff.isError) return <Trouble error={diff.error} onRetry={() => void diff.refetch()} />;
  if (!diff.data) return <Skeleton shape="story" />;
  const { fields, text, complete } = diff.data;
  const textChanged = text.some(({ change }) => change !== 'same');
  return (
    <div className={styles.changes}>
      {fields.length > 0 && (
        <dl className={styles.fields}>
          {fields.map(({ field, before, after }) => (
            <div key={field}>
              <dt>{t(`revisions.field.${field}`)}</dt>
              <dd>
                {before !== null && <Piece change="removed" text={before} />}
                {before !== null && after !== null && ' '}
                {after !== null && <Piece change="added" text={after} />}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {complete === false && <p className={styles.small}>{t('revisions.changesCoarse')}</p>}
      {textChanged ? (
        <div className={styles.diff} lang={lang}>
          {text.map(({ change, text: piece }, index) => (
            // Pieces of one text: their place is their identity.
            <Piece key={index} change={change} text={piece} />
          ))}
        </div>
      ) : (
        <p className={styles.small}>{t('revisions.changesNone')}</p>
      )}
    </div>
  );
}

function Piece({ change, text }: RevisionDiff['text'][number]) {
  const { t } = useTranslation();
  if (change === 'same') return text;
  const Tag = change === 'added' ? 'ins' : 'del';
  return (
    <Tag className={styles[change]}>
      <span className="visually-hidden">{t(`revisions.${change}`)}</span>
      {text}
    </Tag>
  );
}
