import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '@/components/Field/Field';
import { edtfToWords, readDate } from '@/i18n/edtf';
import styles from './DateField.module.css';

const examples = ['exact', 'about', 'season', 'decade', 'span'] as const;

/**
 * A date in words or EDTF. `onChange` gets what was typed; whoever saves reads it with readDate().
 */
export function DateField({
  label,
  value,
  error,
  onChange,
}: {
  label: string;
  value: string;
  error?: string | undefined;
  onChange: (typed: string) => void;
}) {
  const { t } = useTranslation();
  const [left, setLeft] = useState(false);
  const edtf = readDate(value);
  const unread = value.trim() !== '' && edtf === null;
  return (
    <Field
      label={label}
      error={error ?? (unread && left ? t('editor.happenedBad') : undefined)}
      hint={
        <>
          <p aria-live="polite">
            {edtf
              ? t('editor.happenedReads', { words: edtfToWords(edtf) })
              : t('editor.happenedHint')}
          </p>
          <details className={styles.help}>
            <summary>{t('editor.happenedHelp')}</summary>
            <p>{t('editor.happenedHelpText')}</p>
            <ul role="list" className={styles.examples}>
              {examples.map((name) => {
                const words = t(`date.examples.${name}`);
                return (
                  <li key={name}>
                    <button type="button" onClick={() => onChange(words)}>
                      {words}
                    </button>
                  </li>
                );
              })}
            </ul>
          </details>
        </>
      }
    >
      {(parts) => (
        <input
          type="text"
          autoComplete="off"
          maxLength={64}
          {...parts}
          value={value}
          onChange={(event) => {
            setLeft(false);
            onChange(event.target.value);
          }}
          onBlur={() => setLeft(true)}
        />
      )}
    </Field>
  );
}
