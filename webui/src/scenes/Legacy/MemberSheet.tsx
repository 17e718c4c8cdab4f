import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { changeMember, leaveLegacy, removeMember } from '@/api/commands';
import type { Legacy, Member, Role } from '@/api/types';
import { Button } from '@/components/Button/Button';
import { Question, Sheet } from '@/components/Dialog/Dialog';
import { SelectField } from '@/components/Field/Field';
import { Trouble } from '@/scenes/Shell/Trouble';
import { roleChoices } from './roleChoices';

interface Props {
  legacy: Legacy;
  member: Member;
  /** It is who is looking. */
  self: boolean;
  /** Without them nobody would own the legacy. */
  lastOwner: boolean;
  /** With words for what was done. */
  onClose: (said?: string) => void;
}

/** What becomes of a member: another role, out, or for oneself: leaving. */
export function MemberSheet(props: Props) {
  const [parting, setParting] = useState(props.legacy.role !== 'owner');
  if (parting) return <Parting {...props} />;
  return <ChangeRole {...props} onPart={() => setParting(true)} />;
}

function ChangeRole({
  legacy,
  member,
  self,
  lastOwner,
  onPart,
  onClose,
}: Props & { onPart: () => void }) {
  const { t } = useTranslation();
  const form = useId();
  const [role, setRole] = useState<Role>(member.role);
  const changing = useMutation({
    mutationFn: () => changeMember(legacy.id, member.user_id, role),
    onSuccess: (now) =>
      onClose(t('legacy.memberChanged', { name: now.name, role: t(`role.${now.role}`) })),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (role === member.role) onClose();
    else changing.mutate();
  }

  return (
    <Sheet
      open
      title={member.name}
      onClose={onClose}
      actions={
        <>
          <Button onClick={() => onClose()}>{t('legacy.memberKeep')}</Button>
          {!lastOwner && (
            <>
              <Button onClick={onPart}>
                {self ? t('legacy.leave') : t('legacy.memberOut', { name: member.name })}
              </Button>
              <Button look="primary" type="submit" form={form} busy={changing.isPending}>
                {t('legacy.memberSave')}
              </Button>
            </>
          )}
        </>
      }
    >
      {lastOwner ? (
        <p>{t(self ? 'legacy.lastOwnerYou' : 'legacy.lastOwner', { name: member.name })}</p>
      ) : (
        <form id={form} onSubmit={submit}>
          <SelectField
            label={t('legacy.addRole')}
            value={role}
            onChange={(event) => setRole(event.target.value as Role)}
            choices={roleChoices(t)}
          />
        </form>
      )}
      {changing.isError && <Trouble error={changing.error} />}
    </Sheet>
  );
}

function Parting({ legacy, member, self, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const parting = useMutation({
    mutationFn: () => (self ? leaveLegacy : removeMember)(legacy.id, member.user_id),
    onSuccess: () => {
      if (self) void navigate('/');
      else onClose(t('legacy.memberIsOut', { name: member.name }));
    },
  });
  return (
    <Question
      open
      title={self ? t('legacy.leaveTitle') : t('legacy.memberOutTitle', { name: member.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={() => onClose()}>
            {t(self ? 'legacy.leaveKeep' : 'legacy.memberKeep')}
          </Button>
          <Button look="primary" busy={parting.isPending} onClick={() => parting.mutate()}>
            {t(self ? 'legacy.leaveConfirm' : 'legacy.memberOutConfirm')}
          </Button>
        </>
      }
    >
      <p>{t(self ? 'legacy.leaveText' : 'legacy.memberOutText')}</p>
      {parting.isError && <Trouble error={parting.error} />}
    </Question>
  );
}
