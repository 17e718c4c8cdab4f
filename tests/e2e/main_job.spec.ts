import { editorOf, expect, rosa, signIn, signOut, test, tryDoor } from './support/test';

test('a person comes in by the first-run link, keeps stories, finds, edits and restores them', async ({
  page,
  context,
  daemon,
  watch,
  look,
}) => {
  test.setTimeout(300_000);

  await test.step('a new installation says how to begin', async () => {
    await page.goto(daemon.url);
    await expect(page.getByRole('heading', { name: 'This Heirloom is new' })).toBeVisible();
    await look('new installation');
  });

  await test.step('first run: who you are', async () => {
    await page.goto(await daemon.setupUrl());
    await expect(page.getByRole('heading', { name: 'Welcome. Who are you?' })).toBeVisible();
    await look('first run: you');
    await page.getByLabel('Your name').fill(rosa.name);
    await page.getByLabel('E-mail').fill(rosa.email);
    await page.getByLabel('Password', { exact: true }).fill(rosa.password);
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect(page.getByRole('heading', { name: 'Whose stories are these?' })).toBeVisible();
    expect(page.url()).not.toContain('token');
  });

  await test.step('first run: a legacy', async () => {
    await look('first run: legacy');
    await page.getByLabel('A name for the legacy').fill('Grandmother Rosa');
    await page.getByLabel('A dedication, if you like').fill('For those who never heard her laugh.');
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect(page.getByRole('heading', { name: 'Tell a first story' })).toBeVisible();
  });

  await test.step('first run: a first story', async () => {
    await page.getByLabel('What would you call it?').fill('The key under the stone');
    await editorOf(page).click();
    await page.keyboard.type('Everybody knew where it lay, and so nobody ever needed it.');
    await look('first run: story');
    await page.getByRole('button', { name: 'Keep this story' }).click();
    await expect(page.getByText('Your story is kept.')).toBeVisible();
    await expect(
      page.getByRole('heading', { level: 1, name: 'The key under the stone' }),
    ).toBeVisible();
    await look('first story');
  });

  await test.step('stories kept elsewhere are imported from the command line', async () => {
    const report = await daemon.importStories(
      'tests/fixtures/album.jsonl',
      'Grandmother Rosa',
      rosa.email,
    );
    expect(report).toContain('12');
  });

  await test.step('home and the legacy show them', async () => {
    await page.goto(daemon.url);
    await expect(page.getByRole('heading', { name: 'Lately told' })).toBeVisible();
    await look('home');
    await page.getByRole('link', { name: /Grandmother Rosa.*13 stories/ }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Grandmother Rosa' })).toBeFocused();
    await expect(page.getByRole('listitem').filter({ hasText: 'told by' })).toHaveCount(13);
    await expect(page.getByText('about winter 1957')).toBeVisible();
    await look('legacy');
    await page.getByLabel('Sort by').selectOption('happened');
    await expect(page).toHaveURL(/order=happened/);
  });

  await test.step('search finds a word in another form, and marks it', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Search' }).click();
    const box = page.getByRole('combobox', { name: 'Search your stories' });
    await expect(box).toBeFocused();
    await look('search, before a question');
    await box.fill('skating');
    await box.press('Enter');
    await expect(page).toHaveURL(/q=skating/);
    await expect(page.getByRole('heading', { name: '1 story found' })).toBeVisible();
    await expect(page.locator('mark', { hasText: 'skated' })).toBeVisible();
    await look('search results');
  });

  await test.step('filters stand as chips and go by their button', async () => {
    await page.goto(`${daemon.url}/search?tag=bread`);
    await expect(page.getByRole('heading', { name: '2 stories found' })).toBeVisible();
    await page.getByText('Narrow it down').click();
    await page.getByLabel('Happened from').fill('the 1940s');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(page).toHaveURL(/from=194X/);
    await expect(page.getByRole('heading', { name: '1 story found' })).toBeVisible();
    await look('search with filters');
    await page.getByRole('button', { name: /Remove the filter “Tag: bread”/ }).click();
    await expect(page).not.toHaveURL(/tag=/);
    await page.goto(`${daemon.url}/search?q=xylophonist`);
    await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
    await look('nothing found');
  });

  await test.step('a suggestion leads straight to its story', async () => {
    const box = page.getByRole('combobox', { name: 'Search your stories' });
    await box.fill('');
    await box.pressSequentially('lam');
    const option = page.getByRole('option', { name: 'The lamp at Skerry Point' });
    await expect(option).toBeVisible();
    await look('suggestions');
    await box.press('ArrowDown');
    await expect(option).toHaveAttribute('aria-selected', 'true');
    await box.press('Enter');
    await expect(
      page.getByRole('heading', { level: 1, name: 'The lamp at Skerry Point' }),
    ).toBeVisible();
    await expect(page.getByText(/the 1960s/i)).toBeVisible();
    await look('reader');
  });
  const storyUrl = page.url();

  await test.step('editing saves a new version', async () => {
    await page.getByRole('link', { name: 'Edit' }).click();
    const editor = editorOf(page);
    await expect(editor).toContainText('one hundred and twelve steps');
    await expect(page.getByText('Nothing changed yet')).toBeVisible();
    await look('editor');
    await editor.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('> He always carried marzipan for the keeper’s daughter.');
    await expect(editor.locator('blockquote')).toContainText('marzipan');
    await page.getByLabel('When it happened').fill('about 1962');
    await expect(page.getByText('Kept as: about 1962')).toBeVisible();
    await page.getByLabel('Tags').fill('lighthouse');
    await page.getByLabel('Tags').press('Enter');
    await page.getByLabel('What did you change?').fill('What he carried in his pocket');
    await expect(page.getByText('Not saved yet')).toBeVisible();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Saved', { exact: true })).toBeVisible();
    await look('editor, saved');
  });

  await test.step('what was just saved is found', async () => {
    await page.goto(`${daemon.url}/search?q=marzipan`);
    await expect(page.getByRole('heading', { name: '1 story found' })).toBeVisible();
    await page.getByRole('link', { name: 'The lamp at Skerry Point' }).click();
    await expect(page.locator('blockquote')).toContainText('marzipan');
    await expect(page.getByText(/about 1962/i)).toBeVisible();
  });

  await test.step('the earlier version is there, and comes back', async () => {
    await page.getByRole('link', { name: 'Earlier versions' }).click();
    const versions = page.getByRole('main').getByRole('listitem');
    await expect(versions).toHaveCount(2);
    await expect(page.getByText('What he carried in his pocket')).toBeVisible();
    await look('versions');
    await page.getByRole('link', { name: /Version 1:/ }).click();
    await expect(page.getByText(/Version 1, saved/)).toBeVisible();
    await expect(page.getByText('marzipan')).toHaveCount(0);
    await look('version');
    await page.getByRole('button', { name: 'Make this the story again' }).click();
    await expect(page.getByText('Version 1 is the story again.')).toBeVisible();
    await expect(versions).toHaveCount(3);
    await page.goto(storyUrl);
    await expect(page.getByText(/told it the names of the ships/)).toBeVisible();
    await expect(page.getByText('marzipan')).toHaveCount(0);
  });

  await test.step('two windows on one story: nobody’s words are lost', async () => {
    const other = await context.newPage();
    await other.goto(`${storyUrl}/edit`);
    await page.goto(`${storyUrl}/edit`);
    await expect(editorOf(page)).toContainText('He counted them aloud');
    await editorOf(other).click();
    await other.keyboard.press('Control+End');
    await other.keyboard.type(' THEIRS.');
    await other.getByRole('button', { name: 'Save' }).click();
    await expect(other.getByText('Saved', { exact: true })).toBeVisible();
    await other.close();

    watch.allow(412);
    await editorOf(page).click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' MINE.');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Somebody saved this story while you were writing')).toBeVisible();
    await expect(editorOf(page)).toContainText('MINE.');
    await look('conflict');
    await page.getByRole('button', { name: 'See theirs' }).click();
    const theirs = page.getByRole('dialog', { name: 'What they saved' });
    await expect(theirs).toContainText('THEIRS.');
    await look('conflict: theirs');
    await page.getByRole('button', { name: 'Back to mine' }).click();
    await page.getByRole('button', { name: 'Keep mine on top' }).click();
    await expect(page.getByText('Saved', { exact: true })).toBeVisible();
    watch.allow();
    await page.goto(`${storyUrl}/revisions`);
    await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(5);
    await page.getByRole('link', { name: /Version 4:/ }).click();
    await expect(page.getByText('THEIRS.')).toBeVisible();
  });

  await test.step('unsaved writing is not left by accident', async () => {
    await page.goto(`${storyUrl}/edit`);
    await editorOf(page).click();
    await page.keyboard.type('Unsaved. ');
    await page.getByRole('link', { name: 'Read it' }).click();
    const question = page.getByRole('alertdialog', { name: 'Leave without saving?' });
    await expect(question).toBeVisible();
    await look('leave?');
    await page.getByRole('button', { name: 'Stay and go on writing' }).click();
    await expect(editorOf(page)).toContainText('Unsaved.');
    await page.getByRole('link', { name: 'Read it' }).click();
    await page.getByRole('button', { name: 'Leave without saving' }).click();
    await expect(page).toHaveURL(storyUrl);
    await expect(page.getByText('Unsaved.')).toHaveCount(0);
  });

  await test.step('a deep link leads through sign-in to the same place', async () => {
    await page.getByRole('button', { name: 'Your account and settings' }).click();
    await look('account panel', '[aria-label="Your account and settings"]:not(button)');
    await page.keyboard.press('Escape');
    await signOut(page);
    await look('sign in');
    const deep = `${daemon.url}/search?q=canal&tag=winter`;
    await page.goto(deep);
    await expect(page.getByRole('heading', { name: 'Come in' })).toBeVisible();
    watch.allow(401);
    await tryDoor(page, { ...rosa, password: 'not the password' });
    await expect(page.getByRole('alert')).toContainText('do not belong together');
    await look('wrong password');
    watch.allow();
    await signIn(page, rosa);
    await expect(page).toHaveURL(deep);
    await expect(page.getByRole('heading', { name: '1 story found' })).toBeVisible();
  });

  await test.step('a session that ends while writing costs no words', async () => {
    await page.goto(`${storyUrl}/edit`);
    await editorOf(page).click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' Written before the door fell shut.');
    await context.clearCookies();
    watch.allow(401);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name: 'Come in' })).toBeVisible();
    await signIn(page, rosa);
    await expect(page).toHaveURL(`${storyUrl}/edit`);
    watch.allow();
    await expect(page.getByText('Here is what you had written and not yet saved.')).toBeVisible();
    await expect(editorOf(page)).toContainText('Written before the door fell shut.');
    await look('restored writing');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  });

  await test.step('a story can be written anew and deleted', async () => {
    await page.goto(daemon.url);
    await page.getByRole('navigation').getByRole('link', { name: 'Write' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Write a story' })).toBeVisible();
    await page.getByRole('button', { name: 'Keep this story' }).click();
    await expect(page.getByText('Every story needs a title.')).toBeVisible();
    await look('new story, no title');
    await page.getByRole('textbox', { name: 'Title' }).fill('A slip of paper');
    await page.getByLabel('State').selectOption('draft');
    await page.getByRole('button', { name: 'Keep this story' }).click();
    await expect(page.getByText('Your story is kept.')).toBeVisible();
    await expect(page.getByText(/A draft/)).toBeVisible();
    await look('draft');
    await page.getByRole('button', { name: 'Delete' }).click();
    await expect(
      page.getByRole('alertdialog', { name: 'Put this story into the bin?' }),
    ).toBeVisible();
    await look('delete?');
    await page.getByRole('button', { name: 'Put it into the bin' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Grandmother Rosa' })).toBeVisible();
    await expect(page.getByText('A slip of paper')).toHaveCount(0);
  });
});
