import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { completeSetup } from '@/api/commands';
import { fieldMessages, isStatus } from '@/api/errors';
import { Button } from '@/components/Button/Button';
import { TextField } from '@/components/Field/Field';
import { Notice } from '@/components/Notice/Notice';
import { PageTitle } from '@/components/Page/Page';
import { Trouble } from '@/scenes/Shell/Trouble';
import { Door } from '@/scenes/SignIn/Door';
import styles from '@/scenes/SignIn/Door.module.css';
import { Steps } from './Steps';

/** The token stands in the fragment, which browsers never send: no log holds it. */
export function tokenOf(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') || null;
}

export function FirstPerson() {
  const { t } = useTranslation();
  const { hash } = useLocation();
  const navigate = useNavigate();
  const token = tokenOf(hash);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const entering = useMutation({
    mutationFn: completeSetup,
    meta: { door: true },
    // The token has done its work: out of the address bar and the history.
    onSuccess: () => navigate('/setup', { replace: true }),
  });
  const wrong = fieldMessages(entering.error, ['name', 'email', 'password']);

  if (!token) {
    return (
      <Door>
        <PageTitle name={t('setup.noTokenTitle')} className={styles.title}>
          {t('setup.noTokenTitle')}
        </PageTitle>
        <p className={styles.lead}>{t('setup.noToken')}</p>
      </Door>
    );
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (token) entering.mutate({ token, name: name.trim(), email: email.trim(), password });
  }

  return (
    <Door>
      <Steps now={1} />
      <PageTitle name={t('setup.titleYou')} className={styles.title}>
        {t('setup.titleYou')}
      </PageTitle>
      <p className={styles.lead}>{t('setup.leadYou')}</p>
      {isStatus(entering.error, 403) && (
        <Notice kind="alert" tone="danger">
          {t('setup.badToken')}
        </Notice>
      )}
      {isStatus(entering.error, 409) && (
        <Notice kind="alert" tone="danger">
          {t('setup.used')}
        </Notice>
      )}
      {entering.isError &&
        !isStatus(entering.error, 403, 409) &&
        (!isStatus(entering.error, 422) || Object.keys(wrong.at).length === 0) && (
          <Trouble error={entering.error} />
        )}
      <form onSubmit={submit} className={styles.form}>
        <TextField
          label={t('setup.name')}
          hint={t('setup.nameHint')}
          error={wrong.at.name}
          autoComplete="name"
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label={t('signIn.email')}
          error={wrong.at.email}
          type="email"
          autoComplete="username"
          required
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label={t('signIn.password')}
          hint={t('setup.passwordHint')}
          error={wrong.at.password}
          type={shown ? 'text' : 'password'}
          autoComplete="new-password"
          required
          minLength={10}
          maxLength={1024}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={shown}
            onChange={(event) => setShown(event.target.checked)}
          />
          {t('signIn.showPassword')}
        </label>
        <Button look="primary" type="submit" busy={entering.isPending}>
          {t('setup.next')}
        </Button>
      </form>
    </Door>
  );
}
