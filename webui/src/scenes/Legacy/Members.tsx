import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { Pencil, UserPlus } from 'lucide-react';
import { type FormEvent, Suspense, lazy, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addMember } from '@/api/commands';
import { fieldMessages, isStatus } from '@/api/errors';
import { meQuery, membersQuery } from '@/api/queries';
import type { Legacy, Member, Role } from '@/api/types';
import { Button, ButtonLink } from '@/components/Button/Button';
import { SelectField, TextField } from '@/components/Field/Field';
import { Notice } from '@/components/Notice/Notice';
import { Skeleton } from '@/components/Skeleton/Skeleton';
import { Trouble, useTroubleWords } from '@/scenes/Shell/Trouble';
import styles from './Legacy.module.css';
import { roleChoices } from './roleChoices';

const MemberSheet = lazy(async () => ({ default: (await import('./MemberSheet')).MemberSheet }));

export function Members({ legacy }: { legacy: Legacy }) {
  const { t } = useTranslation();
  const members = useInfiniteQuery(membersQuery(legacy.id));
  const me = useQuery(meQuery).data?.user.id;
  const items = members.data?.pages.flatMap((page) => page.items) ?? [];
  const [chosen, setChosen] = useState<Member | null>(null);
  const [said, setSaid] = useState('');
  // Owners come first: once somebody else is there, or the list is whole, these are all of them.
  const owners = items.filter((member) => member.role === 'owner').length;
  const allOwners = owners < items.length || !members.hasNextPage;

  function close(words = '') {
    setChosen(null);
    setSaid(words);
  }

  return (
    <section aria-labelledby="people" className={styles.section}>
      <div className={styles.heading}>
        <h2 id="people">{t('legacy.people')}</h2>
        {legacy.role === 'owner' && (
          <ButtonLink
            look="quiet"
            to={`/legacies/${legacy.id}/edit`}
            icon={<Pencil strokeWidth={1.75} aria-hidden />}
          >
            {t('legacy.edit')}
          </ButtonLink>
        )}
      </div>
      {legacy.visibility === 'private' && (
        <p className={styles.note}>{t('legacy.peoplePrivate')}</p>
      )}
      {members.isPending && <Skeleton shape="form" />}
      {members.isError && <Trouble error={members.error} onRetry={() => void members.refetch()} />}
      <ul role="list" className={styles.people}>
        {items.map((member) => (
          <li key={member.user_id}>
            <span className={styles.initial} aria-hidden>
              {[...member.name][0]?.toUpperCase()}
            </span>
            <span className={styles.person}>
              <strong>{member.name}</strong>
              <span>
                {t(`role.${member.role}`)}
                {member.user_id === me && ` · ${t('legacy.you')}`}
                {member.email && ` · ${member.email}`}
              </span>
            </span>
            {(legacy.role === 'owner' || member.user_id === me) && (
              <Button
                look="quiet"
                aria-label={
                  legacy.role === 'owner'
                    ? t('legacy.memberOf', { name: member.name })
                    : t('legacy.leave')
                }
                onClick={() => setChosen(member)}
              >
                {t(legacy.role === 'owner' ? 'legacy.member' : 'legacy.leaveConfirm')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {members.hasNextPage && (
        <Button busy={members.isFetchingNextPage} onClick={() => void members.fetchNextPage()}>
          {t('app.loadMore')}
        </Button>
      )}
      <div role="status">{said && <Notice tone="good">{said}</Notice>}</div>
      {legacy.role === 'owner' && <AddMember legacyId={legacy.id} />}
      {chosen && (
        <Suspense>
          <MemberSheet
            legacy={legacy}
            member={chosen}
            self={chosen.user_id === me}
            lastOwner={chosen.role === 'owner' && allOwners && owners === 1}
            onClose={close}
          />
        </Suspense>
      )}
    </section>
  );
}

function AddMember({ legacyId }: { legacyId: string }) {
  const { t } = useTranslation();
  const words = useTroubleWords();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('contributor');
  const adding = useMutation({
    mutationFn: () => addMember(legacyId, { email: email.trim(), role }),
    onSuccess: () => setEmail(''),
  });
  const wrong = fieldMessages(adding.error, ['email', 'role']);
  // 404 here speaks of the person, not of the legacy that is on the screen.
  const atEmail =
    wrong.at.email ?? (isStatus(adding.error, 404, 409) ? words(adding.error) : undefined);
  const elsewhere = adding.isError && !atEmail && !wrong.at.role;

  function submit(event: FormEvent) {
    event.preventDefault();
    adding.mutate();
  }

  return (
    <details className={styles.add}>
      <summary>
        <UserPlus strokeWidth={1.75} aria-hidden /> {t('legacy.addPerson')}
      </summary>
      <form onSubmit={submit} className={styles.addForm}>
        <TextField
          label={t('legacy.addEmail')}
          hint={t('legacy.addEmailHint')}
          error={atEmail}
          type="email"
          autoComplete="off"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <SelectField
          label={t('legacy.addRole')}
          error={wrong.at.role}
          value={role}
          onChange={(event) => setRole(event.target.value as Role)}
          choices={roleChoices(t)}
        />
        <div>
          <Button look="primary" type="submit" busy={adding.isPending}>
            {t('legacy.add')}
          </Button>
        </div>
      </form>
      {elsewhere && <Trouble error={adding.error} />}
      {adding.isSuccess && (
        <Notice tone="good">{t('legacy.added', { name: adding.data.name })}</Notice>
      )}
    </details>
  );
}
