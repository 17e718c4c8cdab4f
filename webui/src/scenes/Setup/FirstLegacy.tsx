import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createLegacy } from '@/api/commands';
import { fieldMessages, isStatus } from '@/api/errors';
import { Button } from '@/components/Button/Button';
import { TextArea, TextField } from '@/components/Field/Field';
import { PageTitle } from '@/components/Page/Page';
import { Trouble } from '@/scenes/Shell/Trouble';
import { Door } from '@/scenes/SignIn/Door';
import styles from '@/scenes/SignIn/Door.module.css';
import { Steps } from './Steps';

export function FirstLegacy() {
  const { t, i18n } = useTranslation();
  const [title, setTitle] = useState('');
  const [dedication, setDedication] = useState('');
  const founding = useMutation({ mutationFn: createLegacy });
  const wrong = fieldMessages(founding.error, ['title', 'dedication']);

  function submit(event: FormEvent) {
    event.preventDefault();
    founding.mutate({
      title: title.trim(),
      dedication: dedication.trim(),
      language: i18n.language,
      visibility: 'members',
    });
  }

  return (
    <Door>
      <Steps now={2} />
      <PageTitle key="legacy" name={t('setup.titleLegacy')} className={styles.title}>
        {t('setup.titleLegacy')}
      </PageTitle>
      <p className={styles.lead}>{t('setup.leadLegacy')}</p>
      {founding.isError && !isStatus(founding.error, 422) && <Trouble error={founding.error} />}
      <form onSubmit={submit} className={styles.form}>
        <TextField
          label={t('setup.legacyTitle')}
          hint={t('setup.legacyTitleHint')}
          error={wrong.at.title}
          required
          autoFocus
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <TextArea
          label={t('setup.dedication')}
          hint={t('setup.dedicationHint')}
          error={wrong.at.dedication}
          maxLength={2000}
          value={dedication}
          onChange={(event) => setDedication(event.target.value)}
        />
        <Button look="primary" type="submit" busy={founding.isPending}>
          {t('setup.next')}
        </Button>
      </form>
    </Door>
  );
}
