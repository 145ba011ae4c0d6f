/** What each Gemini model accepts, as data: budgets or levels of thinking, and which can do without. */

export interface GoogleTraits {
	/** `budget`: a number of tokens only; `level`: a word (or a number); `none`: it does not think. */
	thinking: 'none' | 'budget' | 'level';
	/** Bounds of a budget that is not zero. */
	budget: readonly [number, number];
	/** A budget of zero is taken. */
	takesZero: boolean;
	/** What stands for "as little as can be" where zero is refused; null sends nothing. */
	leastLevel: 'MINIMAL' | 'LOW' | null;
	/** Calls in the history must carry the mark of the thought behind them. */
	wantsSignatures: boolean;
}

const GEMINI_3: GoogleTraits = {
	thinking: 'level',
	budget: [1, 65_536],
	takesZero: true,
	leastLevel: 'MINIMAL',
	wantsSignatures: true,
};

const ALWAYS_THINKS: GoogleTraits = { ...GEMINI_3, takesZero: false, leastLevel: 'LOW' };

/** Read top to bottom; the first pattern that fits a model's name describes it. */
const TABLE: ReadonlyArray<[pattern: RegExp, traits: GoogleTraits]> = [
	[/^gemini-(flash|flash-lite|pro)-latest/, ALWAYS_THINKS],
	[/^gemini-3\.[6-9]-flash/, ALWAYS_THINKS],
	[/^gemini-3[\d.]*-pro/, ALWAYS_THINKS],
	[/^gemini-3\.5-flash-lite/, { ...GEMINI_3, takesZero: false }],
	[/^gemini-3/, GEMINI_3],
	[
		/^gemini-2\.5-pro/,
		{
			...GEMINI_3,
			thinking: 'budget',
			budget: [128, 32_768],
			takesZero: false,
			leastLevel: null,
			wantsSignatures: false,
		},
	],
	[
		/^gemini-2\.5-flash-lite/,
		{ ...GEMINI_3, thinking: 'budget', budget: [512, 24_576], wantsSignatures: false },
	],
	[/^gemini-2\.5/, { ...GEMINI_3, thinking: 'budget', budget: [1, 24_576], wantsSignatures: false }],
	[/^(gemini-[12]|gemma|learnlm)/, { ...GEMINI_3, thinking: 'none', wantsSignatures: false }],
];

/** An unknown Gemini is most likely newer than this table. */
export function googleTraits(model: string): GoogleTraits {
	const name = model.toLowerCase().replace(/^.*\//, '');
	return TABLE.find(([pattern]) => pattern.test(name))?.[1] ?? ALWAYS_THINKS;
}

const LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'];

/** What a level means to models that only take a number. */
const BUDGET_BY_LEVEL: Readonly<Record<string, number>> = {
	MINIMAL: 0,
	LOW: 1024,
	MEDIUM: 8192,
	HIGH: 24_576,
	XHIGH: 24_576,
};

/** `thinkingConfig`, or null to send none; a level and a number are never sent together. */
export function thinkingConfigFor(
	traits: GoogleTraits,
	asked: { level: string | null; budget: number | null },
): { thinkingLevel: string } | { thinkingBudget: number } | null {
	if (traits.thinking === 'none') return null;
	const level = asked.level?.trim().toUpperCase() ?? '';
	if (traits.thinking === 'level' && LEVELS.includes(level)) {
		return { thinkingLevel: level === 'MINIMAL' ? (traits.leastLevel ?? 'LOW') : level };
	}
	const budget = BUDGET_BY_LEVEL[level] ?? asked.budget;
	if (budget === null || budget < 0) return budget === -1 ? { thinkingBudget: -1 } : null;
	if (budget > 0) return { thinkingBudget: Math.min(Math.max(budget, traits.budget[0]), traits.budget[1]) };
	if (traits.takesZero) return { thinkingBudget: 0 };
	return traits.leastLevel === null ? null : { thinkingLevel: traits.leastLevel };
}
