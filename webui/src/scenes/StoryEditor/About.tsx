import { useTranslation } from 'react-i18next';
import type { StoryStatus } from '@/api/types';
import { DateField } from '@/components/DateField/DateField';
import { SelectField, TextField } from '@/components/Field/Field';
import { TagsField } from '@/components/TagsField/TagsField';
import { languageChoices } from '@/i18n/format';
import type { StoryForm } from './form';
import styles from './StoryEditor.module.css';

/** What is known about a story beside its words. */
export function About({
  form,
  errors,
  isNew,
  onChange,
}: {
  form: StoryForm;
  errors: Partial<Record<string, string>>;
  isNew: boolean;
  onChange: (part: Partial<StoryForm>) => void;
}) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="about" className={styles.about}>
      <h2 id="about">{t('editor.about')}</h2>
      <DateField
        label={t('editor.happened')}
        value={form.happened}
        error={errors.happened_at}
        onChange={(happened) => onChange({ happened })}
      />
      <TextField
        label={t('editor.place')}
        error={errors.place}
        maxLength={200}
        value={form.place}
        onChange={(event) => onChange({ place: event.target.value })}
      />
      <TagsField
        label={t('editor.tags')}
        hint={t('editor.tagsHint')}
        error={errors.tags}
        tags={form.tags}
        onChange={(tags) => onChange({ tags })}
      />
      <TextField
        label={t('editor.author')}
        hint={t('editor.authorHint')}
        error={errors.author}
        maxLength={200}
        value={form.author}
        onChange={(event) => onChange({ author: event.target.value })}
      />
      <SelectField
        label={t('editor.language')}
        error={errors.language}
        value={form.language}
        onChange={(event) => onChange({ language: event.target.value })}
        choices={languageChoices(form.language)}
      />
      <SelectField
        label={t('editor.status')}
        error={errors.status}
        value={form.status}
        onChange={(event) => onChange({ status: event.target.value as StoryStatus })}
        choices={[
          { value: 'published', label: t('editor.statusPublished') },
          { value: 'draft', label: t('editor.statusDraft') },
          { value: 'archived', label: t('editor.statusArchived') },
        ]}
      />
      {!isNew && (
        <TextField
          label={t('editor.note')}
          hint={t('editor.noteHint')}
          error={errors.note}
          maxLength={500}
          value={form.note}
          onChange={(event) => onChange({ note: event.target.value })}
        />
      )}
    </section>
  );
}
