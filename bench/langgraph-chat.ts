/** A conversation in LangGraph JS: one node that answers with the stub's reply, its state in a saver. */

import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { END, type BaseCheckpointSaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import { MESSAGE, REPLY } from './ours.ts';

export interface LangGraphChat {
	say(threadId: string): Promise<void>;
	close(): void;
}

export function openLangGraphChat(path: string): LangGraphChat {
	const saver = SqliteSaver.fromConnString(path);
	// The saver leaves SQLite's default, which flushes the disk at each commit; ours is measured without.
	saver.db.pragma('synchronous = normal');
	return chatOn(saver, () => saver.db.close());
}

/** A conversation whose state any saver keeps. */
export function chatOn(saver: BaseCheckpointSaver, close: () => void): LangGraphChat {
	const app = new StateGraph(MessagesAnnotation)
		.addNode('desk', async () => ({ messages: [await Promise.resolve(new AIMessage(REPLY))] }))
		.addEdge(START, 'desk')
		.addEdge('desk', END)
		.compile({ checkpointer: saver });
	return {
		async say(threadId) {
			const { messages } = await app.invoke(
				{ messages: [new HumanMessage(MESSAGE)] },
				{ configurable: { thread_id: threadId } },
			);
			if (messages.at(-1)?.content !== REPLY) throw new Error('LangGraph did not answer');
		},
		close,
	};
}
