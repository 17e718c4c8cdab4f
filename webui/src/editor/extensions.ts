import type { Extensions } from '@tiptap/core';
import { Placeholder } from '@tiptap/extensions';
import StarterKit from '@tiptap/starter-kit';

/** What the daemon takes as an address: appliance/api/document-schema.json, `links`. */
export function isAllowedLink(address: string): boolean {
  if (address.length > 2048 || /[\s\\\p{Cc}\p{Cf}]/u.test(address)) return false;
  if (/^\/(?!\/)/.test(address)) return true;
  return /^https?:\/\/[^/]/i.test(address) || /^mailto:[^@]+@[^@]+$/i.test(address);
}

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
