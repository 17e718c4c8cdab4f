import { type FormEvent, Suspense, lazy, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { fieldMessages, isStatus } from '@/api/errors';
import type { Legacy, Me, Story, Versioned } from '@/api/types';
import { Button, ButtonLink } from '@/components/Button/Button';
import { Notice } from '@/components/Notice/Notice';
import { Page, PageTitle } from '@/components/Page/Page';
import { type DocumentNode, plainText } from '@/components/StoryContent/StoryContent';
import StoryEditor from '@/editor/StoryEditor';
import { Trouble } from '@/scenes/Shell/Trouble';
import { About } from './About';
import { formFields, formOf, newForm } from './form';
import { LeaveGuard } from './LeaveGuard';
import { useStorySave } from './useStorySave';
import styles from './StoryEditor.module.css';

const Conflict = lazy(() => import('./Conflict'));

/** One story on the desk: a new one, or one that is there. */
export function Desk({
  me,
  legacy,
  story,
  onStartOver,
}: {
  me: Me;
  legacy: Legacy;
  story: Versioned<Story> | null;
  /** Puts the story as it is saved on the desk again. */
  onStartOver: () => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const decided = useRef(false);
  const [begin] = useState(() => story);
  const save = useStorySave({
    person: me.user.id,
    myName: me.user.name,
    what: begin ? begin.value.id : `new.${legacy.id}`,
    story: begin,
    legacyId: legacy.id,
    form: begin ? formOf(begin.value) : newForm(legacy),
    onCreated: ({ value }) => {
      decided.current = true;
      void navigate(`/stories/${value.id}`, { replace: true, state: { saved: true } });
    },
  });
  const { form, state, dirty } = save;
  const [initial] = useState(
    () => form.content ?? (begin ? (begin.value.content as unknown as DocumentNode) : null),
  );
  // The saved text in the editor's own form; unknown while a kept draft is on the desk.
  const savedText = useRef<string | null>(null);
  const current = useRef<DocumentNode | null>(initial);
  const [words, setWords] = useState(0);
  const [showRestored, setShowRestored] = useState(save.restored);
  const name = t(begin ? 'editor.titleEdit' : 'editor.titleNew');

  const failed = state.is === 'failed' ? state.error : null;
  const wrong = fieldMessages(failed, formFields);
  const errors: Partial<Record<string, string>> = { ...wrong.at };
  if (save.errors.title) errors.title = t('editor.titleMissing');
  if (save.errors.happened_at) errors.happened_at = t('editor.happenedBad');

  function onReady(document: DocumentNode, count: number) {
    setWords(count);
    if (form.content === null) savedText.current = JSON.stringify(document);
  }

  function onText(document: DocumentNode, count: number) {
    current.current = document;
    setWords(count);
    save.change({ content: JSON.stringify(document) === savedText.current ? null : document });
  }

  useEffect(() => {
    if (state.is === 'saved' && form.content === null && current.current) {
      savedText.current = JSON.stringify(current.current);
    }
  }, [state, form.content]);

  function submit(event?: FormEvent) {
    event?.preventDefault();
    void save.save();
  }

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 's' || !(event.metaKey || event.ctrlKey) || event.altKey)
        return;
      event.preventDefault();
      void save.save();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [save]);

  // The first field that is wrong takes the focus, wherever the page was scrolled to.
  const desk = useRef<HTMLFormElement>(null);
  const wrongFields = Object.keys(errors).join();
  useEffect(() => {
    if (wrongFields) desk.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [wrongFields]);

  const standing =
    state.is === 'saving'
      ? t('editor.saving')
      : dirty
        ? t('editor.unsaved')
        : state.is === 'saved'
          ? t('editor.saved')
          : begin
            ? t('editor.clean')
            : '';

  return (
    <Page>
      <form ref={desk} onSubmit={submit} noValidate className={styles.form}>
        <div className={styles.bar}>
          <PageTitle name={begin ? `${begin.value.title} · ${name}` : name} className={styles.name}>
            {name}
          </PageTitle>
          <p className={styles.standing} role="status" data-standing={dirty ? 'unsaved' : state.is}>
            {standing}
          </p>
          <p className={styles.words}>{t('editor.words', { count: words })}</p>
          <div className={styles.actions}>
            {begin && (
              <ButtonLink look="quiet" to={`/stories/${begin.value.id}`}>
                {t('editor.read')}
              </ButtonLink>
            )}
            <Button look="primary" type="submit" busy={state.is === 'saving'}>
              {t(begin ? 'editor.save' : 'editor.keep')}
            </Button>
          </div>
        </div>
        <div className={styles.notices}>
          {showRestored && (
            <Notice
              actions={
                <Button
                  onClick={() => {
                    save.discard();
                    onStartOver();
                  }}
                >
                  {t('editor.restoredDiscard')}
                </Button>
              }
            >
              {t('editor.restored')}
            </Notice>
          )}
          {state.is === 'conflict' && (
            <Suspense>
              <Conflict
                save={save}
                myText={() =>
                  [form.title, current.current ? plainText(current.current) : ''].join('\n\n')
                }
                onKeepMine={() => void save.keepMine(current.current)}
                onUseTheirs={() => {
                  save.discard();
                  onStartOver();
                }}
              />
            </Suspense>
          )}
          {failed !== null &&
            (isStatus(failed, 422) && Object.keys(wrong.at).length > 0 ? (
              <Notice kind="alert" tone="danger">
                <strong>{t('editor.failed')}</strong>
                <p>{[t('editor.check'), ...wrong.other].join(' ')}</p>
              </Notice>
            ) : (
              <>
                <Trouble error={failed} onRetry={() => void save.save()} />
                <p className={styles.small}>{t('editor.failed')}</p>
              </>
            ))}
        </div>
        <div className={styles.columns}>
          <div className={styles.sheet}>
            <TitleField
              label={t('editor.title')}
              placeholder={t('editor.titlePlaceholder')}
              value={form.title}
              lang={form.language}
              error={errors.title}
              autoFocus={!begin}
              onChange={(title) => {
                setShowRestored(false);
                save.change({ title });
              }}
            />
            {errors.content && (
              <p className={styles.error} role="alert">
                {errors.content}
              </p>
            )}
            <StoryEditor
              initial={initial}
              label={t('editor.body')}
              placeholder={t('editor.bodyPlaceholder')}
              lang={form.language}
              error={errors.content}
              onReady={onReady}
              onChange={onText}
            />
          </div>
          <About form={form} errors={errors} isNew={!begin} onChange={save.change} />
        </div>
      </form>
      <LeaveGuard unsaved={dirty} passes={() => decided.current} onDiscard={save.discard} />
    </Page>
  );
}

/** A title as large as it will be read; it grows with its words. */
function TitleField({
  label,
  placeholder,
  value,
  lang,
  error,
  autoFocus,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string;
  lang: string;
  error: string | undefined;
  autoFocus: boolean;
  onChange: (title: string) => void;
}) {
  return (
    <div>
      <div className={styles.grow} data-value={value}>
        <textarea
          rows={1}
          maxLength={300}
          aria-label={label}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? 'title-error' : undefined}
          required
          placeholder={placeholder}
          lang={lang}
          autoFocus={autoFocus}
          className={styles.title}
          value={value}
          onChange={(event) => onChange(event.target.value.replaceAll('\n', ' '))}
          onKeyDown={(event) => {
            // Enter goes on to the story, as on paper.
            if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
            event.preventDefault();
            event.currentTarget
              .closest('form')
              ?.querySelector<HTMLElement>('[contenteditable="true"]')
              ?.focus();
          }}
        />
      </div>
      {error && (
        <p id="title-error" className={styles.error} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
