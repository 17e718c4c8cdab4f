import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';
import styles from './Field.module.css';

interface Wrap {
  label: string;
  hint?: ReactNode;
  /** What is wrong with it, in words; also what the daemon answered for this field. */
  error?: string | undefined;
}

interface Parts {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
  className: string;
}

/** Label, hint and error around any control; hands the control what ties them together. */
export function Field({
  label,
  hint,
  error,
  children,
}: Wrap & { children: (parts: Parts) => ReactNode }) {
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': error ? true : undefined,
        className: styles.control ?? '',
      })}
      {error && (
        <p id={`${id}-error`} className={styles.error} role="alert">
          {error}
        </p>
      )}
      {hint && (
        <div id={`${id}-hint`} className={styles.hint}>
          {hint}
        </div>
      )}
    </div>
  );
}

export function TextField({
  label,
  hint,
  error,
  ...input
}: Wrap & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(parts) => <input type="text" {...input} {...parts} />}
    </Field>
  );
}

export function TextArea({
  label,
  hint,
  error,
  ...input
}: Wrap & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(parts) => (
        <textarea rows={3} {...input} {...parts} className={`${parts.className} ${styles.area}`} />
      )}
    </Field>
  );
}

export interface Choice {
  value: string;
  label: string;
}

export function SelectField({
  label,
  hint,
  error,
  choices,
  ...select
}: Wrap & SelectHTMLAttributes<HTMLSelectElement> & { choices: readonly Choice[] }) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(parts) => (
        <select {...select} {...parts}>
          {choices.map(({ value, label: text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
