import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { createLegacy, updateLegacy } from '@/api/commands';
import { fieldMessages, isStatus } from '@/api/errors';
import { legacyQuery } from '@/api/queries';
import type { Legacy, Versioned } from '@/api/types';
import { Button, ButtonLink } from '@/components/Button/Button';
import { SelectField, TextArea, TextField } from '@/components/Field/Field';
import { Page, PageTitle } from '@/components/Page/Page';
import { NotHere } from '@/components/NotHere/NotHere';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { languageChoices } from '@/i18n/format';
import { Trouble } from '@/scenes/Shell/Trouble';
import styles from './LegacyForm.module.css';

export function NewLegacy() {
  return <Form />;
}

export function EditLegacy() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const legacy = useQuery(legacyQuery(id));
  if (isStatus(legacy.error, 404)) return <NotHere>{t('legacy.gone')}</NotHere>;
  if (legacy.data) return <Form key={id} legacy={legacy.data} />;
  return (
    <Page narrow>
      {legacy.isError ? (
        <Trouble error={legacy.error} onRetry={() => void legacy.refetch()} />
      ) : (
        <Skeleton shape="form" />
      )}
    </Page>
  );
}

function Form({ legacy }: { legacy?: Versioned<Legacy> }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [title, setTitle] = useState(legacy?.value.title ?? '');
  const [dedication, setDedication] = useState(legacy?.value.dedication ?? '');
  const [language, setLanguage] = useState(legacy?.value.language ?? i18n.language);
  const [visibility, setVisibility] = useState(legacy?.value.visibility ?? 'members');
  // The version this form began with: a refetch behind it must not hide somebody else's change.
  const [etag] = useState(legacy?.etag ?? '');
  const saving = useMutation({
    mutationFn: () => {
      const fields = { title: title.trim(), dedication: dedication.trim(), language, visibility };
      return legacy ? updateLegacy(legacy.value.id, etag, fields) : createLegacy(fields);
    },
    onSuccess: ({ id }) => navigate(`/legacies/${id}`, { replace: true }),
  });
  const wrong = fieldMessages(saving.error, ['title', 'dedication', 'language', 'visibility']);
  const name = t(legacy ? 'legacy.editTitle' : 'legacy.newTitle');

  function submit(event: FormEvent) {
    event.preventDefault();
    saving.mutate();
  }

  return (
    <Page narrow>
      <PageTitle name={name}>{name}</PageTitle>
      {!legacy && <p className={styles.lead}>{t('legacy.newLead')}</p>}
      <form onSubmit={submit} className={styles.form}>
        {saving.isError && Object.keys(wrong.at).length === 0 && <Trouble error={saving.error} />}
        <TextField
          label={t('legacy.title')}
          hint={t('legacy.titleHint')}
          error={wrong.at.title}
          required
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <TextArea
          label={t('legacy.dedication')}
          hint={t('legacy.dedicationHint')}
          error={wrong.at.dedication}
          maxLength={2000}
          value={dedication}
          onChange={(event) => setDedication(event.target.value)}
        />
        <SelectField
          label={t('legacy.language')}
          error={wrong.at.language}
          value={language}
          onChange={(event) => setLanguage(event.target.value)}
          choices={languageChoices(language)}
        />
        <SelectField
          label={t('legacy.visibility')}
          error={wrong.at.visibility}
          value={visibility}
          onChange={(event) => setVisibility(event.target.value as typeof visibility)}
          choices={[
            { value: 'members', label: t('legacy.visibilityMembers') },
            { value: 'private', label: t('legacy.visibilityPrivate') },
          ]}
        />
        <div className={styles.actions}>
          <Button look="primary" type="submit" busy={saving.isPending}>
            {t(legacy ? 'legacy.save' : 'legacy.create')}
          </Button>
          <ButtonLink look="quiet" to={legacy ? `/legacies/${legacy.value.id}` : '/'}>
            {t('app.cancel')}
          </ButtonLink>
        </div>
      </form>
    </Page>
  );
}
