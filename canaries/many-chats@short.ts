import { manyChats } from './many-chats.ts';

/** A tenth of it. */
export default manyChats('many-chats@short', 500, 5_000);
