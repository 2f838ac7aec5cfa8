"""The `llm` extra: better words for what the house already knows, from any OpenAI-compatible model.

Off unless LLM_URL is set, and then nothing of it is imported. It decides nothing: rules decide,
articles and facts are given, and what comes back is checked before anybody sees it.
"""
