/** The front door of the library: what n8n nodes, the command line and other programs may use. */

export { openStation, type Access, type Station, type StationOptions } from './assemble';
export type { Findings, ImportReport, ImportRequest, NewVersion } from './assemble/workflows';
export type { RunEvent, RunStatus, WireEvent } from './engine/contract';
export * from './errors';
export type { Fault } from './graph/fault';
export { parseDocument, type ParsedDocument } from './graph/parse';
export { describeFault, refuseDocument } from './graph/refusal';
export { checkGraph } from './graph/rules';
export { isJsonObject, type Json, type JsonObject } from './json';
export { isChatModel, type ChatModel } from './llm/chat-model';
export type { ProviderCredential } from './llm/contract';
export { silentLog, type Log } from './log';
export type { RunRecord, Runner, RunSource, SpokenMessage, TurnRequest, TurnResult } from './run/contract';
export type { RunRow, Store, VersionRow, WorkflowRow } from './store/contract';
export { openStore, type StoreOptions } from './store/open';
