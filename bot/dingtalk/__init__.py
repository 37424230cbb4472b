"""The one place that knows DingTalk's field names, ids and addresses."""
