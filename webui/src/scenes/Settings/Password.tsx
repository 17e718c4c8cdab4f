import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changePassword } from '@/api/account';
import { fieldMessages } from '@/api/errors';
import { Button } from '@/components/Button/Button';
import { TextField } from '@/components/Field/Field';
import { Notice } from '@/components/Notice/Notice';
import { Trouble } from '@/scenes/Shell/Trouble';
import styles from './Settings.module.css';

export function Password() {
  const { t } = useTranslation();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const changing = useMutation({
    mutationFn: () => changePassword({ current, new: next }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
    },
  });
  const wrong = fieldMessages(changing.error, ['current', 'new']);
  const elsewhere = changing.isError && Object.keys(wrong.at).length === 0;

  function submit(event: FormEvent) {
    event.preventDefault();
    changing.mutate();
  }

  return (
    <section aria-labelledby="password" className={styles.section}>
      <h2 id="password">{t('settings.password')}</h2>
      <form onSubmit={submit} className={styles.form}>
        <TextField
          label={t('settings.passwordCurrent')}
          type="password"
          autoComplete="current-password"
          required
          maxLength={1024}
          error={wrong.at.current}
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <TextField
          label={t('settings.passwordNew')}
          hint={t('setup.passwordHint')}
          type="password"
          autoComplete="new-password"
          required
          maxLength={1024}
          error={wrong.at.new}
          value={next}
          onChange={(event) => setNext(event.target.value)}
        />
        <div>
          <Button type="submit" busy={changing.isPending}>
            {t('settings.passwordChange')}
          </Button>
        </div>
      </form>
      {changing.isSuccess && <Notice tone="good">{t('settings.passwordChanged')}</Notice>}
      {elsewhere && <Trouble error={changing.error} />}
    </section>
  );
}
