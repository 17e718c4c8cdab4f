import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

/** One drawing, one sentence, one action. */
export function EmptyState({
  title,
  children,
  action,
  drawing = 'album',
  level = 2,
}: {
  title: string;
  children: ReactNode;
  action?: ReactNode;
  drawing?: keyof typeof drawings;
  level?: 2 | 3;
}) {
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <div className={styles.empty}>
      <svg viewBox="0 0 160 110" aria-hidden className={styles.drawing}>
        {drawings[drawing]}
      </svg>
      <Heading className={styles.title}>{title}</Heading>
      <p className={styles.text}>{children}</p>
      {action}
    </div>
  );
}

const line = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 2,
  strokeLinecap: 'round',
} as const;

const drawings = {
  album: (
    <g {...line} strokeLinejoin="round">
      <path d="M80 34C66 24 44 22 24 27v58c20-5 42-3 56 7 14-10 36-12 56-7V27c-20-5-42-3-56 7Z" />
      <path d="M80 34v58" />
      <path d="M36 40l26 3v22l-26-3z M36 72c9-1.500 18-.5 26 2" />
      <path d="M98 45c9-3 18-4 28-4M98 55c9-3 18-4 28-4M98 65c9-3 18-4 20-4" />
      <path d="M41 58l7-7 5 5 3-3 6 8" className={styles.warm} />
      <path d="M80 8v8M64 11l3 7M96 11l-3 7" className={styles.warm} />
    </g>
  ),
  page: (
    <g {...line} strokeLinejoin="round">
      <path d="M46 14h52l16 16v66H46z M98 14v16h16" />
      <path d="M58 44h30M58 56h44M58 68h20" />
      <path d="M126 46l-34 36-4 10 10-4 34-36z M120 52l6 6" className={styles.warm} />
    </g>
  ),
  lamp: (
    <g {...line} strokeLinejoin="round">
      <path d="M66 18h28l14 30H52z M80 48v38M62 92c0-4 8-6 18-6s18 2 18 6z M22 92h116" />
      <path d="M92 48v14" />
      <path d="M46 58l-10 12M114 58l10 12M58 62l-4 12M102 62l4 12" className={styles.warm} />
    </g>
  ),
  door: (
    <g {...line} strokeLinejoin="round">
      <path d="M54 96V20h52v76M40 96h80M54 20l36 10v76M90 106l16-10" />
      <path d="M82 64v8" />
      <path d="M112 34l8-4M113 46h10M112 58l8 4" className={styles.warm} />
    </g>
  ),
};
