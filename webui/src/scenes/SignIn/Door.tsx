import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Wordmark } from '@/scenes/Shell/Shell';
import styles from './Door.module.css';

/** The frame of the screens before one is in: a lit window, and paper beside it. */
export function Door({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <main className={styles.door}>
      <div className={styles.picture}>
        <p className={styles.wordmark}>
          <Wordmark />
        </p>
        <Lamp />
        <p className={styles.tagline}>{t('app.tagline')}</p>
      </div>
      <div className={styles.paper}>{children}</div>
    </main>
  );
}

// An album open under a lamp. Decoration: the words beside it say everything.
function Lamp() {
  return (
    <svg viewBox="0 0 400 320" aria-hidden className={styles.lamp}>
      <path d="M200 96 36 300h328z" fill="#ffcf87" opacity="0.13" />
      <path d="M200 96 92 300h216z" fill="#ffd896" opacity="0.16" />
      <path d="M200 0v52" stroke="#e9c9a0" strokeWidth="2" />
      <path d="M176 52h48l36 48H140z" fill="#c8703f" />
      <path d="M176 52h48l4 6h-56z" fill="#e8a678" />
      <ellipse cx="200" cy="101" rx="60" ry="6" fill="#ffe6b8" />
      <path
        d="M200 226c-26-19-66-24-112-14v62c46-10 86-5 112 14 26-19 66-24 112-14v-62c-46-10-86-5-112 14Z"
        fill="#fbf1e2"
      />
      <path d="M200 226v62" stroke="#b9967a" strokeWidth="2" />
      <path d="M108 226c16-2 32-1 47 3v34c-15-4-31-5-47-3z" fill="#d9b48e" />
      <path d="m116 254 12-13 9 8 6-6 10 14c-12-3-25-4-37-3z" fill="#8a5a3c" />
      <circle cx="143" cy="236" r="4" fill="#fbf1e2" />
      <path
        d="M222 234c22-8 46-11 72-9M222 246c22-8 46-11 72-9M222 258c22-8 46-11 72-9M222 270c16-6 32-9 50-9"
        fill="none"
        stroke="#a58467"
        strokeWidth="2.500"
        strokeLinecap="round"
      />
      <path d="M20 300h360" stroke="#e9c9a0" strokeWidth="2" opacity="0.5" />
    </svg>
  );
}
