import type { Editor } from '@tiptap/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button/Button';
import { Sheet } from '@/components/Dialog/Dialog';
import { TextField } from '@/components/Field/Field';
import { readLink } from './links';

export default function LinkSheet({ editor, onClose }: { editor: Editor; onClose: () => void }) {
  const { t } = useTranslation();
  const current = String(editor.getAttributes('link').href ?? '');
  const [typed, setTyped] = useState(current);
  const [bad, setBad] = useState(false);

  function set(event: FormEvent) {
    event.preventDefault();
    event.stopPropagation(); // The sheet stands in the story's form, seen from React.
    const href = readLink(typed);
    if (!href) {
      setBad(true);
      return;
    }
    const chain = editor.chain().focus().extendMarkRange('link');
    if (editor.state.selection.empty && !current) {
      chain.insertContent({ type: 'text', text: href, marks: [{ type: 'link', attrs: { href } }] });
    } else {
      chain.setLink({ href });
    }
    chain.run();
    onClose();
  }

  return (
    <Sheet
      open
      title={t('editor.link.title')}
      onClose={onClose}
      actions={
        <>
          {current && (
            <Button
              look="danger"
              onClick={() => {
                editor.chain().focus().extendMarkRange('link').unsetLink().run();
                onClose();
              }}
            >
              {t('editor.link.remove')}
            </Button>
          )}
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button look="primary" type="submit" form="link-sheet">
            {t('editor.link.set')}
          </Button>
        </>
      }
    >
      <form id="link-sheet" onSubmit={set} noValidate>
        <TextField
          label={t('editor.link.address')}
          hint={t('editor.link.hint')}
          error={bad ? t('editor.link.bad') : undefined}
          inputMode="url"
          autoComplete="url"
          value={typed}
          onChange={(event) => {
            setBad(false);
            setTyped(event.target.value);
          }}
        />
      </form>
    </Sheet>
  );
}
