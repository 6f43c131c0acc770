import {
  directGetLast,
  type HeaderFields,
  type Link,
  type Publisher,
  storedRecord,
  type TaskLog,
} from "@troupe/runtime/internal";

/** Write and read by subject on a stream that is not the task log (keys, waiting tasks). Records there carry no `Troupe` header. */
export function streamWriter(
  link: Link,
  publisher: Publisher,
  stream: string,
  headersOf: (subject: string) => HeaderFields | undefined = () => undefined,
): Pick<TaskLog, "append" | "get"> {
  return {
    append: (record) => publisher.publish(record.subject, record.body, headersOf(record.subject)),
    get: async (subject) => {
      const message = await directGetLast(link, stream, subject);
      return message && storedRecord(message);
    },
  };
}
