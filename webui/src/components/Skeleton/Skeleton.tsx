import { useTranslation } from 'react-i18next';
import styles from './Skeleton.module.css';

/** Lines where text will stand. Shows after 200 ms, so that quick answers do not flicker. */
export function Skeleton({ shape }: { shape: 'list' | 'covers' | 'story' | 'form' }) {
  const { t } = useTranslation();
  const rows = { list: 5, covers: 3, story: 7, form: 4 }[shape];
  return (
    <div role="status" className={`${styles.skeleton} ${styles[shape]}`}>
      <span className="visually-hidden">{t('app.loading')}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.row} aria-hidden />
      ))}
    </div>
  );
}
