/** What a verb hands back to a program: its schema's name and snake_case fields. */
export interface ResultObject {
  readonly schema: `hidalgo.${string}/${number}`;
}
