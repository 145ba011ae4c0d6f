/** The front door of the library: what n8n nodes, the command line and other programs may use. */

export {
	openStation,
	type Access,
	type BackgroundChoice,
	type Station,
	type StationOptions,
} from './assemble';
export { compareDocuments } from './assemble/compare';
export { costOfRecord, costOfTurn, type EstimatedCost } from './assemble/cost';
export {
	checkDocument,
	openGraph,
	readSource,
	type CheckedDocument,
	type GraphSource,
	type OpenedGraph,
} from './assemble/graph-source';
export { drawnPathOf, drawPicture, type Picture } from './assemble/picture';
export type { Findings, ImportReport, ImportRequest, NewVersion } from './assemble/workflows';
export { applyDiff, diffGraphs, isEmptyDiff, type GraphDiff } from './convert/diff';
export { diffText } from './convert/diff-text';
export type { DrawnPath } from './convert/drawing';
export { mermaidText } from './convert/mermaid';
export { pngOf } from './convert/png';
export { drawSvg, type DrawOptions } from './convert/svg';
export type { RunEvent, RunStatus, WireEvent } from './engine/contract';
export * from './errors';
export type { Fault } from './graph/fault';
export { formatDocument, type FormattedDocument } from './graph/formatted';
export type { Graph } from './graph/graph';
export { parseDocument, type ParsedDocument } from './graph/parse';
export { describeFault, refuseDocument } from './graph/refusal';
export { checkGraph } from './graph/rules';
export { isJsonObject, type Json, type JsonObject } from './json';
export { isChatModel, type ChatModel } from './llm/chat-model';
export type { ProviderCredential } from './llm/contract';
export { withPrices, type PriceTable } from './llm/cost';
export { silentLog, type Log } from './log';
export type { Background } from './run/background';
export { continued } from './run/continued';
export type {
	ModelFailure,
	RunRecord,
	Runner,
	RunSource,
	SpokenMessage,
	TurnRequest,
	TurnResult,
} from './run/contract';
export type { Happening } from './run/happenings';
export type { Watch, WatchOptions } from './run/watch';
export type { RunRow, Store, VersionRow, WorkflowRow } from './store/contract';
export { openStore, type StoreOptions } from './store/open';
export { placeOf, type PostgresAddress } from './store/postgres-connect';
