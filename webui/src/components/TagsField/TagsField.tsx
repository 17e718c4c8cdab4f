import { type ClipboardEvent, type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '@/components/Field/Field';
import { RemovableChip } from '@/components/Chip/Chip';
import styles from './TagsField.module.css';

const maxTags = 32;
const maxLength = 64;

export type TagsProblem = 'long' | 'many' | null;

/** Adds what was typed or pasted ("canal, winter") to the tags: trimmed, each once whatever its case. */
export function addTags(
  tags: readonly string[],
  typed: string,
): { tags: string[]; problem: TagsProblem } {
  const next = [...tags];
  let problem: TagsProblem = null;
  for (const part of typed.split(/[,;\n]/)) {
    const tag = part.trim().replaceAll(/\s+/g, ' ');
    if (!tag) continue;
    if (next.some((known) => known.toLowerCase() === tag.toLowerCase())) continue;
    if ([...tag].length > maxLength) problem = 'long';
    else if (next.length >= maxTags) problem = 'many';
    else next.push(tag);
  }
  return { tags: next, problem };
}

export function TagsField({
  label,
  hint,
  error,
  tags,
  onChange,
}: {
  label: string;
  hint?: string;
  error?: string | undefined;
  tags: readonly string[];
  onChange: (tags: string[]) => void;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<TagsProblem>(null);

  function take(text: string) {
    const added = addTags(tags, text);
    setProblem(added.problem);
    setTyped(added.problem ? text : '');
    if (added.tags.length !== tags.length) onChange(added.tags);
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' || event.key === ',') {
      event.preventDefault();
      take(typed);
    } else if (event.key === 'Backspace' && !typed && tags.length > 0) {
      onChange(tags.slice(0, -1));
    }
  }

  function onPaste(event: ClipboardEvent<HTMLInputElement>) {
    const text = event.clipboardData.getData('text');
    if (!/[,;\n]/.test(text)) return;
    event.preventDefault();
    take(typed + text);
  }

  const ownError =
    problem === 'long' ? t('editor.tagLong') : problem === 'many' ? t('editor.tagMany') : undefined;
  return (
    <Field label={label} hint={hint} error={ownError ?? error}>
      {(parts) => (
        <div className={styles.tags}>
          {tags.length > 0 && (
            <ul role="list" className={styles.list}>
              {tags.map((tag) => (
                <li key={tag}>
                  <RemovableChip
                    removeLabel={t('editor.tagRemove', { tag })}
                    onRemove={() => onChange(tags.filter((other) => other !== tag))}
                  >
                    {tag}
                  </RemovableChip>
                </li>
              ))}
            </ul>
          )}
          <input
            type="text"
            enterKeyHint="done"
            autoComplete="off"
            {...parts}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setProblem(null);
            }}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            onBlur={() => take(typed)}
          />
        </div>
      )}
    </Field>
  );
}
