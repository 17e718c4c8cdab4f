import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { signIn } from '@/api/commands';
import { isStatus } from '@/api/errors';
import { setupQuery } from '@/api/queries';
import { safeReturnPath } from '@/api/returnPath';
import { Button } from '@/components/Button/Button';
import { TextField } from '@/components/Field/Field';
import { Notice } from '@/components/Notice/Notice';
import { PageTitle } from '@/components/Page/Page';
import { Trouble } from '@/scenes/Shell/Trouble';
import { Door } from './Door';
import styles from './Door.module.css';

export function Component() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const to = safeReturnPath(search.get('to'));
  const setup = useQuery(setupQuery);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const entering = useMutation({
    mutationFn: signIn,
    meta: { door: true },
    onSuccess: () => navigate(to, { replace: true }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    entering.mutate({ email: email.trim(), password });
  }

  if (setup.data?.needed) return <NewHere />;
  return (
    <Door>
      <PageTitle name={t('signIn.title')} className={styles.title}>
        {t('signIn.title')}
      </PageTitle>
      <p className={styles.lead}>{t(to === '/' ? 'signIn.lead' : 'signIn.leadPlace')}</p>
      {entering.isError &&
        (isStatus(entering.error, 401, 422) ? (
          <Notice kind="alert" tone="danger">
            {t('signIn.wrong')}
          </Notice>
        ) : (
          <Trouble error={entering.error} />
        ))}
      <form onSubmit={submit} className={styles.form}>
        <TextField
          label={t('signIn.email')}
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label={t('signIn.password')}
          type={shown ? 'text' : 'password'}
          autoComplete="current-password"
          required
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
          {t('signIn.submit')}
        </Button>
      </form>
    </Door>
  );
}

function NewHere() {
  const { t } = useTranslation();
  return (
    <Door>
      <PageTitle name={t('signIn.setupTitle')} className={styles.title}>
        {t('signIn.setupTitle')}
      </PageTitle>
      <p className={styles.lead}>{t('signIn.setupLead')}</p>
      <code className={styles.command}>heirloom setup-url</code>
    </Door>
  );
}
