import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

// Who may import whom. Folders not named for a layer are closed to it; see README.md.
//   scenes → components, editor, api, theme, i18n      editor → components, theme, i18n
//   components → theme, i18n                           api → i18n     theme, i18n → nothing
const closed = {
  components: ['scenes', 'api', 'editor'],
  editor: ['scenes', 'api'],
  api: ['scenes', 'components', 'editor', 'theme'],
  theme: ['scenes', 'components', 'editor', 'api'],
  i18n: ['scenes', 'components', 'editor', 'api', 'theme'],
};

const upwards = {
  group: ['../**'],
  message: "Reach other folders by '@/…', so that the direction of an import can be read.",
};

function layer(folder) {
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            upwards,
            {
              group: closed[folder].flatMap((name) => [`@/${name}`, `@/${name}/**`]),
              message: `${folder}/ must not know this folder.`,
            },
            { group: ['@/routes', '@/main'], message: 'Only the entry knows the routes.' },
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ['dist', 'src/api/schema.d.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  { files: ['*.{js,ts}', 'scripts/**'], languageOptions: { globals: { ...globals.node } } },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // Safari drops the list role where the bullets are styled away; naming it brings it back.
      'jsx-a11y/no-redundant-roles': ['error', { ul: ['list'], ol: ['list'] }],
      // Focus goes where the person just chose to be: a dialog's first field, the search box.
      'jsx-a11y/no-autofocus': 'off',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            upwards,
            { group: ['@/routes', '@/main'], message: 'Only the entry knows the routes.' },
          ],
        },
      ],
    },
  },
  ...Object.keys(closed).map(layer),
);
