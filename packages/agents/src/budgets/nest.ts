/** Which accounts a model call draws on, and what bounds them. Pure. */
import { createHash } from "node:crypto";
import type { BudgetLimits, Budgets } from "@troupe/runtime";
import { base32, type SessionKey, type TaskId, taskSessionKey } from "@troupe/runtime/internal";
import type { Limits } from "./ledger.ts";

/** One account of the nest that a call draws on. */
export interface NestedAccount {
  /** Row of the account. */
  readonly key: string;
  /** For people: `session chat-7`. */
  readonly name: string;
  readonly limits: Limits;
}

/** Whose a task is, by its own record. */
export interface TaskOwner {
  readonly task: TaskId;
  readonly tenant: string;
  readonly user: string | undefined;
  readonly session: SessionKey | undefined;
}

/** A model call as the budgets see it. */
export interface BudgetedCall {
  readonly owner: TaskOwner;
  readonly role: string;
  /** One key at one endpoint. */
  readonly provider: string;
  /** The offline model costs nothing and has no limits of its own: nobody is held to the default pace. */
  readonly isOffline: boolean;
}

/** What holds where a system file says nothing (R-GOV-2). */
const DEFAULT_SESSION: BudgetLimits = { total: { tokens: 500_000, costUsd: 10 } };
const DEFAULT_USER: BudgetLimits = { minute: { calls: 100, tokens: 100_000 } };

const MICROS_A_DOLLAR = 1_000_000;

/** The accounts of a call, the narrowest first; those without a bound are left out. */
export function nestOf(budgets: Budgets | undefined, call: BudgetedCall): readonly NestedAccount[] {
  const { owner, role, provider, isOffline } = call;
  const { task, tenant, user, session } = owner;
  const given = budgets ?? {};
  const pace = isOffline ? {} : DEFAULT_USER;
  const accounts = [
    account(`task.${task}`, `task ${task}`, given.task),
    account(`session.${session ?? taskSessionKey(task)}`, sessionName(session), given.session ?? DEFAULT_SESSION),
    account(
      `user.${token(tenant)}.${user === undefined ? "_" : token(user)}`,
      userName(tenant, user),
      given.user ?? pace,
    ),
    account(`tenant.${token(tenant)}`, `tenant ${tenant}`, own(given.tenants, tenant) ?? given.tenant),
    account(`role.${role}`, `role ${role}`, own(given.roles, role) ?? given.role),
    account(`provider.${token(provider)}`, `provider ${provider}`, given.provider),
  ];
  return accounts.filter(({ limits }) => Object.values(limits).some((bounds) => Object.keys(bounds ?? {}).length > 0));
}

const sessionName = (session: SessionKey | undefined): string =>
  session === undefined ? "this task's conversation" : "this task's session";
const userName = (tenant: string, user: string | undefined): string =>
  user === undefined ? `users of tenant ${tenant}` : `user ${user}`;

/** The limits of one that has its own. */
const own = (of: Readonly<Record<string, BudgetLimits>> | undefined, name: string): BudgetLimits | undefined =>
  of !== undefined && Object.hasOwn(of, name) ? of[name] : undefined;

function account(key: string, name: string, limits: BudgetLimits | undefined): NestedAccount {
  const { minute, day, total } = limits ?? {};
  return { key, name, limits: { minute: amounts(minute), day: amounts(day), total: amounts(total) } };
}

function amounts(bounds: BudgetLimits["minute"]): Limits["total"] {
  if (bounds === undefined) return undefined;
  const { calls, tokens, costUsd } = bounds;
  return {
    ...(calls === undefined ? {} : { calls }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(costUsd === undefined ? {} : { costMicros: Math.floor(costUsd * MICROS_A_DOLLAR) }),
  };
}

/** A name as a token of a row's key: as it is where that is safe, else its hash. */
export function token(name: string): string {
  if (/^[A-Za-z0-9-]{1,48}$/.test(name)) return name;
  return `_${base32(createHash("sha256").update(name).digest())}`;
}
