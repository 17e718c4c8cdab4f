import { Link } from 'react-router';
import styles from './LegacyCover.module.css';

const cloths = ['terracotta', 'moss', 'indigo', 'umber', 'plum'] as const;

/** The same legacy is always bound in the same cloth. */
export function clothOf(id: string): (typeof cloths)[number] {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return cloths[sum % cloths.length] ?? 'terracotta';
}

/** A legacy as a bound book on a table. */
export function LegacyCover({
  id,
  title,
  dedication,
  caption,
  lang,
  to = `/legacies/${id}`,
}: {
  id: string;
  title: string;
  dedication: string;
  caption: string;
  lang?: string;
  to?: string;
}) {
  return (
    <Link to={to} className={`${styles.cover} ${styles[clothOf(id)]}`}>
      <span className={styles.plate}>
        <span className={styles.title} lang={lang}>
          {title}
        </span>
        {dedication && (
          <span className={styles.dedication} lang={lang}>
            {dedication}
          </span>
        )}
      </span>
      <span className={styles.caption}>{caption}</span>
    </Link>
  );
}
