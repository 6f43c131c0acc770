import assert from "node:assert/strict";
import { test } from "node:test";
import { Guard } from "../guard.ts";
import { screenText } from "../screen-text.ts";
import { namedSecret } from "./named-secret.ts";

const scene = { hosts: [], maxLength: 10_000, hidden: { find: () => [] } };
const found = (text: string): readonly string[] =>
  namedSecret.find(text, scene).map(({ start, end }) => text.slice(start, end));

test("a name that stands right behind another one, or in its words, is read as well", () => {
  assert.deepEqual(found("use the pass token: Rk7-92xq"), ["Rk7-92xq"]);
  assert.deepEqual(found("the key token=Rk7-92xq"), ["Rk7-92xq"]);
  assert.deepEqual(found("passwords: none. AWS secret access key is wJalr/7+x"), ["wJalr/7+x"]);
});

test("of names in a row the first takes the value, whatever stands in it", () => {
  assert.deepEqual(found("password=token=abc token=def"), ["token=abc", "def"]);
});

const screen = new Guard({ role: "r", targets: new Set(["client"]), system: {} }).input("client");

test("a password is found behind its name in every language that has one, whatever marks its letters have", () => {
  for (const text of [
    "パスワード: hunter2x9",
    "パスワード=ひみつ123",
    "パスワードはhunter2x9です",
    "密码是hunter2x9",
    "密码：hunter2x9",
    "contraseña: hunter2x9",
    "contrasena es hunter2x9",
    "la senha é hunter2x9",
    "пароль: hunter2x9",
    "Passwort lautet hunter2x9",
  ]) {
    assert.deepEqual(
      screenText(text, screen).firings.map(({ rule }) => rule),
      ["secret.named"],
      text,
    );
  }
});

test("a question about a password holds none", () => {
  for (const text of [
    "パスワードはどこですか",
    "密码是什么",
    "¿La contraseña es obligatoria?",
    "a senha é obrigatória",
  ]) {
    assert.deepEqual(screenText(text, screen).firings, [], text);
  }
});
