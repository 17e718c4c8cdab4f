import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const root = resolve(__dirname, '../../..');
const binary = resolve(root, process.env.HEIRLOOM_BIN ?? 'build/release/bin/heirloom');
const webRoot = resolve(root, 'webui/dist');
const startsWithinMs = 20_000;
const stopsWithinMs = 15_000;

/** A real daemon on a data directory and a port of its own. */
export class Daemon {
  private process: ChildProcess | null = null;
  url = '';

  private constructor(readonly dataDir: string) {}

  static async start(): Promise<Daemon> {
    if (!existsSync(binary)) throw new Error(`${binary} is not built; set HEIRLOOM_BIN`);
    if (!existsSync(join(webRoot, 'index.html'))) {
      throw new Error(`${webRoot} is not built: npm --prefix webui run build`);
    }
    const daemon = new Daemon(await mkdtemp(join(tmpdir(), 'heirloom-e2e-')));
    await daemon.serve('127.0.0.1:0');
    return daemon;
  }

  /** Starts it again at the address it had. */
  async again(): Promise<void> {
    await this.serve(new URL(this.url).host);
  }

  private async serve(listen: string): Promise<void> {
    const child = spawn(binary, ['serve', '--data-dir', this.dataDir, '--listen', listen], {
      env: { ...process.env, HEIRLOOM_HTTP_WEB_ROOT: webRoot },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    let said = '';
    this.url = await new Promise<string>((ready, fail) => {
      const timer = setTimeout(
        () => fail(new Error(`the daemon did not get ready:\n${said}`)),
        startsWithinMs,
      );
      const listenTo = (chunk: Buffer) => {
        said += chunk.toString();
        const url = /ready on (http:\/\/\S+)/.exec(said)?.[1];
        if (!url) return;
        clearTimeout(timer);
        ready(url);
      };
      child.stdout.on('data', listenTo);
      child.stderr.on('data', listenTo);
      child.once('exit', (code) => {
        clearTimeout(timer);
        fail(new Error(`the daemon ended with ${code}:\n${said}`));
      });
    });
  }

  /** Ends it as a supervisor does; a daemon that does not drain in time is a failure. */
  async stop(): Promise<void> {
    const child = this.process;
    this.process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopsWithinMs);
    await ended;
    clearTimeout(timer);
    if (child.signalCode === 'SIGKILL') throw new Error('the daemon did not end by itself');
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Runs the command line; resolves with what it printed. */
  async run(
    args: string[],
    { input, env }: { input?: string; env?: Record<string, string> } = {},
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile(
        binary,
        args,
        { env: { ...process.env, ...env }, timeout: 60_000 },
        (error, stdout, stderr) => {
          if (error) reject(new Error(`heirloom ${args.join(' ')}: ${stderr || error.message}`));
          else resolve(stdout.trim());
        },
      );
      // A command may end before it has read a word: how it ended is told above, not by its pipe.
      child.stdin?.on('error', () => {});
      child.stdin?.end(input ?? '');
    });
  }

  async setupUrl(): Promise<string> {
    return this.run(['setup-url', '--data-dir', this.dataDir]);
  }

  async addUser(person: { name: string; email: string; password: string }): Promise<void> {
    const named = ['--email', person.email, '--name', person.name, '--password-stdin'];
    await this.run(['user', 'add', ...named, '--data-dir', this.dataDir], {
      input: person.password,
    });
  }

  /** Behind its back: rows are what a bus leaves, and no bus fails on demand. */
  private async sql(statements: string): Promise<void> {
    const script =
      'import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=10).executescript(sys.argv[2])';
    await promisify(execFile)('python3', [
      '-c',
      script,
      join(this.dataDir, 'heirloom.db'),
      `BEGIN IMMEDIATE; ${statements}; COMMIT;`,
    ]);
  }

  /** Makes dead letters of the first stories' events, as the relay would have left them. */
  async giveUpStoryEvents(count: number, reason: string): Promise<void> {
    await this.sql(
      `INSERT INTO event_failures SELECT 'relay', sequence, tenant_id, type, subject,
         legacy_id, version, created_at, 5, '${reason}', created_at, NULL
       FROM outbox WHERE type = 'StoryCreated' ORDER BY sequence LIMIT ${count}`,
    );
  }

  /** As when somebody else had them all tried again. */
  async forgetDeadLetters(): Promise<void> {
    await this.sql('DELETE FROM event_failures');
  }

  async importStories(file: string, legacy: string, email: string): Promise<string> {
    const token = await this.run([
      'token',
      'create',
      '--user',
      email,
      '--name',
      'journey',
      '--data-dir',
      this.dataDir,
    ]);
    return this.run(
      ['import', 'stories', join(root, file), '--server', this.url, '--legacy', legacy, '--json'],
      { env: { HEIRLOOM_TOKEN: token.split('\n').at(-1) ?? '' } },
    );
  }
}
