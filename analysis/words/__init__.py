"""The only place where a sentence is made, from nothing but a published summary.

In: `analysis.disclosure.summary.Summary`. Out: the same with its sentences (`tell.tell`), and the
texts that stand beside numbers, by id:

- answer: TITLE, LABEL_TITLES, title_pair, give_question
- cautions: CAUTION_TITLES, choose_next_step (key, title, text)
- cohort: FLOW_TITLES, TRAIT_TITLES, start_unit
- progress: BAND_TITLES
- subgroups: DOMAIN_TITLES
- credibility: fill_cards, CARD_TITLES, COUNTS_AS
- analyses: give_title, give_estimand
- sensitivity: CONTROL_NAMES
- claims: CLAIMS, give_claim_estimand
- previous: say_since
- method: describe_trial, list_settings, choose_settings, list_versions, list_glossary, LIMITS
- findings: the sentence that begins a section of the annex; glossary: GLOSSARY
- discussion: list_discussion; missing: what a comparison still needs
- gate_reasons: GATE_QUESTIONS, give_reason; reasons: give_clause
- phrases: spell_unit, every, range_name, narrow_range_name, pair_names, absent_formats,
  present_formats, present_pairs, compares
- alt_text: one `describe_...` for each picture, of a summary that has its sentences
"""
