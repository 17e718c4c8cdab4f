import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import styles from '@/scenes/SignIn/Door.module.css';

const steps = ['stepYou', 'stepLegacy', 'stepStory'] as const;

export function Steps({ now }: { now: 1 | 2 | 3 }) {
  const { t } = useTranslation();
  return (
    <ol role="list" className={styles.steps} aria-label={t('setup.progress', { step: now })}>
      {steps.map((step, index) => (
        <li key={step} aria-current={index + 1 === now ? 'step' : undefined}>
          <span className={styles.dot} aria-hidden>
            {index + 1 < now ? <Check size={14} strokeWidth={2.5} /> : index + 1}
          </span>
          {t(`setup.${step}`)}
        </li>
      ))}
    </ol>
  );
}
