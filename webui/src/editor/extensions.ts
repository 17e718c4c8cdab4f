import type { Extensions } from '@tiptap/core';
import { Placeholder } from '@tiptap/extensions';
import StarterKit from '@tiptap/starter-kit';
import { isAllowedLink } from './links';

/** The writer's schema. extensions.test.ts holds it against appliance/api/document-schema.json. */
export function storyExtensions(placeholder: string): Extensions {
  return [
    StarterKit.configure({
      trailingNode: false, // It would change a story by merely opening it.
      heading: { levels: [1, 2, 3] },
      link: {
        openOnClick: false,
        autolink: true,
        linkOnPaste: true,
        defaultProtocol: 'https',
        isAllowedUri: (address) => isAllowedLink(address),
        HTMLAttributes: { target: null, rel: null, class: null },
      },
    }),
    Placeholder.configure({ placeholder }),
  ];
}
