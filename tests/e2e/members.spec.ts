import { expect, otto, rosa, signIn, signOut, test } from './support/test';

test('an owner gives roles and takes people out; whoever belongs may leave', async ({
  page,
  album,
  watch,
  look,
}) => {
  await album.addUser(otto);
  await page.goto(album.url);
  await signIn(page, rosa);
  await page.getByRole('link', { name: /Grandmother Rosa/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Grandmother Rosa' })).toBeVisible();
  const legacyUrl = page.url();
  const people = page.getByRole('region', { name: 'People who can see this' });
  const dialog = page.getByRole('dialog');
  const question = page.getByRole('alertdialog');

  async function letIn() {
    await page.getByText('Add somebody').click();
    await page.getByLabel('Their e-mail').fill(otto.email);
    await page.getByLabel('They may').selectOption('viewer');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByText('Otto Brandt can now see this legacy.')).toBeVisible();
  }

  await test.step('the only owner is told why they cannot go', async () => {
    await people.getByRole('button', { name: 'Change what Rosa Alvanos may do' }).click();
    await expect(dialog.getByText(/you are the only one/)).toBeVisible();
    await expect(dialog.getByRole('button', { name: 'Leave this legacy' })).toHaveCount(0);
    await look('members, the only owner');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  });

  await test.step('another role, by keyboard alone', async () => {
    await letIn();
    const change = people.getByRole('button', { name: 'Change what Otto Brandt may do' });
    await change.focus();
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('heading', { name: 'Otto Brandt' })).toBeVisible();
    await look('members, change a role');
    await dialog.getByLabel('They may').selectOption('editor');
    await dialog.getByRole('button', { name: 'Save' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText('Otto Brandt is editor now.')).toBeVisible();
    await expect(people.getByRole('listitem').filter({ hasText: 'Otto Brandt' })).toContainText(
      'editor',
    );
  });

  await test.step('out, after a question', async () => {
    await people.getByRole('button', { name: 'Change what Otto Brandt may do' }).click();
    await dialog.getByRole('button', { name: 'Take Otto Brandt out' }).click();
    await expect(question.getByText(/they see nothing of it/)).toBeVisible();
    await look('members, take out');
    await question.getByRole('button', { name: 'Take them out' }).click();
    await expect(page.getByText('Otto Brandt does not see this legacy any more.')).toBeVisible();
    await expect(people.getByRole('listitem')).toHaveCount(1);
  });

  await test.step('a reader sees roles, no e-mails, and may leave', async () => {
    await page.reload();
    await letIn();
    await signOut(page);
    await signIn(page, otto);
    await page.goto(legacyUrl);
    await expect(people.getByText('owner')).toBeVisible();
    await expect(people.getByText(rosa.email)).toHaveCount(0);
    await expect(people.getByRole('button', { name: /Change what/ })).toHaveCount(0);
    await people.getByRole('button', { name: 'Leave this legacy' }).click();
    await expect(question.getByText(/until an owner lets you in again/)).toBeVisible();
    await look('members, leave');
    watch.allow(404); // The page that is being left may ask once more.
    await question.getByRole('button', { name: 'Leave', exact: true }).click();
    await expect(page.getByText('Every family has a first page')).toBeVisible();
  });
});
