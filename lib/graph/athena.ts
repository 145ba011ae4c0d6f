/** The four Athena nodes (2.11): patients searched, created and updated, appointments made. */

import { z } from 'zod';
import { anyJson, exactlyOneOf, flagOrNull, list, oneOfOrNull, orNull, text, whole } from './field';
import { nodeBase } from './node-base';

const hours = z.looseObject({ start: z.string(), end: z.string() });

const workingHoursSchema = z.looseObject({
	monday: hours,
	tuesday: hours,
	wednesday: hours,
	thursday: hours,
	friday: hours,
	saturday: hours,
	sunday: hours,
});

const GENDERS = [
	'',
	'Female',
	'Male',
	'Non-binary gender identity',
	'Additional gender category or other',
	'Choose not to disclose',
	'Genderqueer (neither exclusively male nor female)',
	'Unknown',
] as const;

const athenaBase = {
	...nodeBase,
	source_id: text(),
	api_key: text(),
	department_id: whole(),
	timezone: text('America/New_York'),
	reminders: flagOrNull(false),
	slotfill_outreach: flagOrNull(false),
	working_hours: orNull(workingHoursSchema),
	use_cases: list(anyJson),
};

export const athenaPatientsSearchSchema = z.looseObject({
	...athenaBase,
	type: z.literal('athena_patients_search'),
	phone_number: text(),
	full_name: text(),
	birthdate: text(),
});

const athenaPatient = {
	first_name: text(),
	last_name: text(),
	phone_number: text(),
	birthdate: text(),
	gender: oneOfOrNull(GENDERS, 'Male'),
	email: text(),
	notes: text(),
	mobile_number: text(),
};

export const athenaPatientsCreateSchema = z.looseObject({
	...athenaBase,
	...athenaPatient,
	type: z.literal('athena_patients_create'),
});

export const athenaPatientsUpdateSchema = z.looseObject({
	...athenaBase,
	...athenaPatient,
	type: z.literal('athena_patients_update'),
	patient_id: text(),
	notes_action: exactlyOneOf(['append', 'replace'], 'append'),
});

export const athenaAppointmentsCreateSchema = z.looseObject({
	...athenaBase,
	type: z.literal('athena_appointments_create'),
	title: text(),
	patient_id: text(),
	practitioner_id: text(),
	start_time: text(),
	duration_in_minutes: whole(15),
});
