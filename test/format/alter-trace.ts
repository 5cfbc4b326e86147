import Database from 'better-sqlite3';

/** Changes a finished trace with SQL, the way an attacker would. */
export function alterTrace(path: string, ...statements: string[]): void {
  const db = new Database(path);
  db.unsafeMode();
  db.pragma('foreign_keys = OFF');
  db.pragma('ignore_check_constraints = ON');
  db.pragma('writable_schema = ON');
  for (const statement of statements) db.exec(statement);
  db.close();
}
