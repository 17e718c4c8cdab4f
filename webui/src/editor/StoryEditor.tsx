import type { JSONContent } from '@tiptap/core';
import { type Editor, EditorContent, useEditor } from '@tiptap/react';
import { useMemo } from 'react';
import type { DocumentNode } from '@/components/StoryContent/StoryContent';
import { storyExtensions } from './extensions';
import { Toolbar } from './Toolbar';
import './prosemirror.css';
import styles from './StoryEditor.module.css';

export interface StoryEditorProps {
  /** Read once; give another `key` to start over. */
  initial: DocumentNode | null;
  label: string;
  placeholder: string;
  lang?: string;
  error?: string | undefined;
  onChange: (document: DocumentNode, words: number) => void;
  /** The initial document in the editor's own form, to tell changes by. */
  onReady?: (document: DocumentNode, words: number) => void;
}

function wordsOf(editor: Editor): number {
  return editor.getText({ blockSeparator: ' ' }).split(/\s+/).filter(Boolean).length;
}

/** The writing desk: a toolbar that stays in sight and the sheet under it. */
export default function StoryEditor({
  initial,
  label,
  placeholder,
  lang,
  error,
  onChange,
  onReady,
}: StoryEditorProps) {
  // Handed over as options: the editor's own element may not be there yet when React is.
  const editorProps = useMemo(
    () => ({
      attributes: {
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': label,
        class: styles.sheet ?? '',
        ...(lang ? { lang } : {}),
        ...(error ? { 'aria-invalid': 'true' } : {}),
      },
    }),
    [label, lang, error],
  );
  const editor = useEditor({
    extensions: storyExtensions(placeholder),
    content: (initial as JSONContent | null) ?? { type: 'doc', content: [{ type: 'paragraph' }] },
    injectCSS: false, // The policy forbids inline styles; prosemirror.css has them.
    editorProps,
    onCreate: ({ editor: made }) => onReady?.(made.getJSON() as DocumentNode, wordsOf(made)),
    onUpdate: ({ editor: changed }) =>
      onChange(changed.getJSON() as DocumentNode, wordsOf(changed)),
  });

  return (
    <div className={styles.desk}>
      <Toolbar editor={editor} />
      <EditorContent editor={editor} />
    </div>
  );
}
