import '@xyflow/react/dist/style.css';
import './base.css';
import './canvas.css';
import './settings.css';
import './data.css';
import './panels.css';
